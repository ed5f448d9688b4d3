package org.drugner.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.drugner.Model;
import org.drugner.Recognizer;
import org.junit.jupiter.api.Test;

class TagMessagesTest {
    /** Place and text of each mention; labels and scores are the model's affair. */
    private static List<String> tag(String file) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Model model = Model.open();
                Recognizer recognizer = model.newRecognizer();
                PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            for (Note note : TagMessages.notes(Path.of(file))) {
                TagMessages.tag(recognizer, note, out);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8).lines()
                .map(line -> line.split("\t"))
                .map(columns -> columns[0] + ": " + columns[3])
                .collect(Collectors.toList());
    }

    @Test
    void hl7() throws Exception {
        assertEquals(
                List.of(
                        "OBX[1]-5(1) at 14: aspirin",
                        "OBX[1]-5(1) at 38: warfarin",
                        "OBX[3]-5(1) at 20: ibuprofen",
                        "OBX[3]-5(1) at 38: NSAIDs",
                        "OBX[3]-5(2) at 6: metformin"),
                tag("messages/report.hl7"));
    }

    @Test
    void fhir() throws Exception {
        assertEquals(
                List.of(
                        "DocumentReference/note-1.content[1] at 11: metoprolol",
                        "DocumentReference/note-1.content[1] at 32: metformin",
                        "DocumentReference/note-1.content[1] at 53: ibuprofen"),
                tag("messages/document.json"));
    }
}
