package org.drugner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenTest {
    static Model model;
    static Recognizer recognizer;

    @BeforeAll
    static void open() {
        model = Model.open();
        recognizer = model.newRecognizer();
    }

    @AfterAll
    static void close() {
        recognizer.close();
        model.close();
    }

    static List<Golden> notes() throws IOException {
        return Golden.notes();
    }

    @ParameterizedTest
    @MethodSource("notes")
    void mentionsAreThoseOfTheFile(Golden note) {
        List<Mention> found = recognizer.find(note.text);
        assertEquals(note.mentions, found);
        for (int i = 0; i < found.size(); i++) {
            if (note.words.get(i) != null) {
                assertEquals(note.words.get(i), note.text.substring(found.get(i).start(), found.get(i).end()));
            }
        }
        assertEquals(found, recognizer.find(new StringBuilder(note.text)));
    }

    @ParameterizedTest
    @MethodSource("notes")
    void aSmallBufferGrows(Golden note) {
        Mentions out = new Mentions(1);
        assertEquals(note.mentions.size(), recognizer.find(note.text, out));
        assertEquals(note.mentions, out.toList());
    }

    @Test
    void longNote() throws IOException {
        Golden note = notes().stream().filter(n -> n.copies > 1).findFirst().get();
        assertCopies(recognizer, note, note.copies);
        // Each sentence fits, two do not.
        try (Recognizer recognizer = model.newRecognizer(new Recognizer.Options().maxSpans(note.mentions.size()))) {
            assertCopies(recognizer, note, 10);
        }
    }

    private static void assertCopies(Recognizer recognizer, Golden note, int copies) {
        StringBuilder text = new StringBuilder();
        for (int copy = 0; copy < copies; copy++) {
            text.append(note.text);
        }
        List<Mention> found = recognizer.find(text);
        int each = note.mentions.size();
        assertEquals(copies * each, found.size());
        for (int i = 0; i < found.size(); i++) {
            int base = i / each * note.text.length();
            Mention one = note.mentions.get(i % each);
            Mention moved =
                    new Mention(one.start() + base, one.end() + base, one.label(), one.score(), one.abbreviation());
            assertEquals(moved, found.get(i));
        }
    }

    @Test
    void theModelIsTheOneOfTheFile() throws IOException {
        assertEquals(Golden.file().get("model").getAsString(), model.sha256());
        model.selftest();
        assertTrue(model.labels().contains("drug"), model.labels().toString());
        assertTrue(model.meta("general.license").isPresent());
        assertTrue(!model.meta("no.such.key").isPresent());
        assertTrue(model.isa().matches("avx512|avx2|neon|scalar"), model.isa());
    }

    @Test
    void options() {
        String text = "Tylenol with phenytoin, \uD800 and anticoagulants";
        Recognizer.Options strict = new Recognizer.Options().rejectInvalidText(true);
        try (Recognizer recognizer = model.newRecognizer(strict)) {
            Mentions out = new Mentions();
            recognizer.find("aspirin", out);
            DrugnerException e = assertThrows(DrugnerException.class, () -> recognizer.find(text, out));
            assertEquals(DrugnerException.Status.INVALID_TEXT, e.status());
            assertEquals(0, out.size());
            assertEquals(1, recognizer.find("aspirin").size(), "usable after a refusal");
        }
        Mentions all = new Mentions();
        recognizer.find(text, all);
        assertTrue(all.invalidTextSeen() && !all.sentenceCut());
        int group = model.labels().indexOf("group");
        try (Recognizer recognizer = model.newRecognizer(new Recognizer.Options().labelMask(1L << group))) {
            assertTrue(recognizer.find(text).stream().allMatch(m -> m.label().equals("group")));
        }
        try (Recognizer recognizer = model.newRecognizer(new Recognizer.Options().minScore(1))) {
            assertTrue(recognizer.find(text).stream().allMatch(m -> m.score() == 1));
        }
        Recognizer.Options bad = new Recognizer.Options().maxWindowTokens(1);
        DrugnerException e = assertThrows(DrugnerException.class, () -> model.newRecognizer(bad));
        assertEquals(DrugnerException.Status.INVALID_ARGUMENT, e.status());
        assertTrue(e.getMessage().contains("max_window_tokens"), e.getMessage());
    }

    @Test
    void badArguments() {
        assertThrows(NullPointerException.class, () -> recognizer.find(null));
        assertThrows(NullPointerException.class, () -> recognizer.find("aspirin", null));
        Mentions out = new Mentions();
        recognizer.find("aspirin", out);
        assertThrows(IndexOutOfBoundsException.class, () -> out.start(out.size()));
        assertThrows(IndexOutOfBoundsException.class, () -> out.label(-1));
    }
}
