package org.drugner.examples;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Writes invented notes, one a line: short sentences from a few patterns, the same for the same seed. */
public final class MakeNotes {
    private static final String[] PATTERNS = {
        "Patient %d takes %s %d mg twice daily for %s.",
        "%2$s was stopped on day %1$d because of %4$s, %3$d mg of the drug had been given.",
        "Day %d: started %s %d mg; %s resolved.",
        "Avoid %2$s with %5$s. Last dose %3$d mg, visit %1$d.",
        "M\u00e9decin \ud83d\udc8a note %d: %s %d mg, plus %5$s for %4$s.",
        "Visit %d. No change in %4$s; no medication given.",
    };
    private static final String[] DRUGS = {
        "aspirin", "warfarin", "metformin", "Tylenol", "ibuprofen", "amoxicillin", "Lipitor", "digoxin", "lisinopril",
        "beta-blockers", "NSAIDs", "insulin glargine", "phenytoin", "St. John's wort", "MDMA",
    };
    private static final String[] REASONS = {
        "hypertension", "chest pain", "a cough", "atrial fibrillation", "type 2 diabetes", "na\u00efve \u03b2-cell loss",
    };

    private MakeNotes() {}

    /** Arguments: file to write, number of notes, seed. */
    public static void main(String[] arguments) throws IOException {
        int count = Integer.parseInt(arguments[1]);
        // A generator whose sequence the platform specifies.
        Random random = new Random(Long.parseLong(arguments[2]));
        try (BufferedWriter out = Files.newBufferedWriter(Path.of(arguments[0]))) {
            for (int i = 0; i < count; i++) {
                out.write(note(random, i));
                out.write('\n');
            }
        }
    }

    private static String note(Random random, int number) {
        int sentences = 1 + random.nextInt(3);
        StringBuilder note = new StringBuilder();
        for (int i = 0; i < sentences; i++) {
            int dose = 5 * (1 + random.nextInt(100));
            String drug = pick(random, DRUGS);
            String reason = pick(random, REASONS);
            String other = pick(random, DRUGS);
            note.append(i == 0 ? "" : " ");
            note.append(String.format(pick(random, PATTERNS), number, drug, dose, reason, other));
        }
        return note.toString();
    }

    private static String pick(Random random, String[] from) {
        return from[random.nextInt(from.length)];
    }
}
