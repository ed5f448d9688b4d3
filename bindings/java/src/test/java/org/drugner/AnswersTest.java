package org.drugner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AnswersTest {
    static Model model;
    static Recognizer recognizer;

    @BeforeAll
    static void open() {
        model = Model.open();
        recognizer = model.newRecognizer(new Recognizer.Options().maxPaths(8));
    }

    @AfterAll
    static void close() {
        recognizer.close();
        model.close();
    }

    static List<Golden> notes() throws IOException {
        List<Golden> notes = Golden.notes();
        notes.removeIf(note -> note.mentions.stream().anyMatch(Mention::abbreviation));
        return notes;
    }

    @ParameterizedTest
    @MethodSource("notes")
    void bestAnswersAreTheMentionsOfTheFileButForAbbreviations(Golden note) {
        List<Mention> best = new ArrayList<>();
        for (int at = 0; at < note.text.length(); ) {
            Answers answers = recognizer.nbest(note.text, at, 8);
            assertTrue(answers.end() > at && answers.list().size() <= 8);
            float sum = 0;
            float last = 1;
            for (Answer answer : answers.list()) {
                assertTrue(answer.probability() <= last);
                last = answer.probability();
                sum += last;
                for (Mention mention : answer.mentions()) {
                    assertTrue(mention.start() >= answers.start() && mention.end() <= answers.end());
                }
            }
            assertTrue(sum <= 1.001);
            if (!answers.list().isEmpty()) {
                best.addAll(answers.list().get(0).mentions());
            }
            at = answers.end();
        }
        assertEquals(note.mentions, best);
    }

    @Test
    void aSentenceByTheStartOfItsMention() {
        String text = "No drugs here. Takes aspirin and \uD83D\uDC8A warfarin. Done.";
        Answers answers = recognizer.nbest(text, text.indexOf("warfarin"), 8);
        assertEquals(text.indexOf("Takes"), answers.start());
        assertEquals(8, answers.list().size());
        assertEquals(8, new HashSet<>(words(text, answers)).size(), "no two answers are the same");
        assertTrue(words(text, answers).get(0).matches("aspirin/\\w+ warfarin/\\w+ "), words(text, answers).get(0));
        assertFalse(answers.invalidTextSeen() || answers.sentenceCut());
        assertEquals(1, recognizer.nbest(text, 0, 1).list().size());
        assertTrue(recognizer.nbest(text, text.length(), 8).list().isEmpty());
        assertTrue(recognizer.nbest("\uD800 aspirin", 0, 1).invalidTextSeen());
    }

    private static List<String> words(String text, Answers answers) {
        List<String> words = new ArrayList<>();
        for (Answer answer : answers.list()) {
            StringBuilder one = new StringBuilder();
            for (Mention mention : answer.mentions()) {
                one.append(text, mention.start(), mention.end()).append('/').append(mention.label()).append(' ');
            }
            words.add(one.toString());
        }
        return words;
    }

    /** More mentions than the buffer of a new recognizer holds. */
    @Test
    void manyMentions() {
        StringBuilder text = new StringBuilder("Takes");
        for (int i = 0; i < 20; i++) {
            text.append(" aspirin, warfarin,");
        }
        try (Recognizer fresh = model.newRecognizer(new Recognizer.Options().maxPaths(8))) {
            Answers answers = fresh.nbest(text, 0, 8);
            assertEquals(8, answers.list().size());
            assertTrue(answers.list().stream().mapToInt(answer -> answer.mentions().size()).sum() > 64);
            assertEquals(fresh.find(text), answers.list().get(0).mentions());
        }
    }

    @Test
    void refusals() {
        for (int most : new int[] {0, -1, 9}) {
            DrugnerException e = assertThrows(DrugnerException.class, () -> recognizer.nbest("aspirin", 0, most));
            assertEquals(DrugnerException.Status.INVALID_ARGUMENT, e.status());
        }
        assertThrows(IndexOutOfBoundsException.class, () -> recognizer.nbest("aspirin", -1, 1));
        assertThrows(IndexOutOfBoundsException.class, () -> recognizer.nbest("aspirin", 8, 1));
        assertThrows(NullPointerException.class, () -> recognizer.nbest(null, 0, 1));
        Recognizer without = model.newRecognizer();
        assertThrows(DrugnerException.class, () -> without.nbest("aspirin", 0, 1));
        without.close();
        assertThrows(IllegalStateException.class, () -> without.nbest("aspirin", 0, 1));
    }
}
