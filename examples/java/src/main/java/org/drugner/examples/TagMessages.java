package org.drugner.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.drugner.Mention;
import org.drugner.Model;
import org.drugner.Recognizer;

/**
 * Prints the drug mentions of HL7 v2 and FHIR messages, one file per message. One line per mention, columns separated by
 * tabs: place in the message, label, score, text.
 */
public final class TagMessages {
    private TagMessages() {}

    /** Arguments: files. */
    public static void main(String[] arguments) throws Exception {
        try (Model model = Model.open();
                Recognizer recognizer = model.newRecognizer()) {
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            for (String file : arguments) {
                for (Note note : notes(Path.of(file))) {
                    tag(recognizer, note, out);
                }
            }
        }
    }

    static List<Note> notes(Path file) throws Exception {
        String message = Files.readString(file);
        if (message.startsWith("MSH")) {
            return List.of(Hl7Notes.of(message));
        }
        if (message.stripLeading().startsWith("{")) {
            return FhirNotes.of(message);
        }
        throw new IOException(file + " is neither HL7 v2 nor FHIR in JSON");
    }

    static void tag(Recognizer recognizer, Note note, PrintStream out) {
        String text = note.text();
        for (Mention mention : recognizer.find(text)) {
            String words = text.substring(mention.start(), mention.end());
            String score = String.format(Locale.ROOT, "%.3f", mention.score());
            out.println(String.join("\t", note.place(mention.start()), mention.label(), score, words));
        }
    }
}
