package org.drugner;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;

/**
 * Prints the drug mentions of a note in UTF-8: {@code java -cp drugner.jar org.drugner.Example FILE}. One line per mention,
 * columns separated by tabs: start, end (UTF-16 units, half-open), label, score, text.
 */
public final class Example {
    private Example() {}

    /** Ends with 0, with 1 after an error, with 2 when the arguments are wrong. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: java -cp drugner.jar org.drugner.Example FILE");
            System.exit(2);
        }
        String note;
        try {
            note = new String(Files.readAllBytes(Paths.get(arguments[0])), StandardCharsets.UTF_8);
        } catch (IOException e) {
            System.err.println("cannot read the note: " + e);
            System.exit(1);
            return;
        }
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        try (Model model = Model.open();
                Recognizer recognizer = model.newRecognizer()) {
            for (Mention mention : recognizer.find(note)) {
                String text = note.substring(mention.start(), mention.end()).replaceAll("\\p{Cntrl}", " ");
                out.print(mention.start() + "\t" + mention.end() + "\t" + mention.label() + "\t");
                out.print(String.format(java.util.Locale.ROOT, "%.3f", mention.score()) + "\t" + text + "\n");
            }
        }
        out.flush();
    }
}
