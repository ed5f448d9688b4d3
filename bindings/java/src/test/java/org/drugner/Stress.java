package org.drugner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Threads that find in a few shared recognizers while others close and reopen them, and models too, at random. Every result
 * must be the right one or an {@link IllegalStateException}. Prints resident memory as it goes.
 *
 * <p>Arguments: threads, finds per thread.
 */
public final class Stress {
    private static final String[] NOTES = {
        "aspirin", "Takes warfarin 5 mg.", "M\u00e9decin: \uD83D\uDC8A metformin.", "No drugs.", ""
    };
    private static final int SLOTS = 8;

    private final Recognizer reference;
    private final List<List<Mention>> expected = new ArrayList<>();
    private final AtomicReference<Model> model = new AtomicReference<>(Model.open());
    private final AtomicReferenceArray<Recognizer> recognizers = new AtomicReferenceArray<>(SLOTS);
    private final AtomicLong right = new AtomicLong();
    private final AtomicLong closed = new AtomicLong();
    private final AtomicReference<Throwable> wrong = new AtomicReference<>();

    private Stress() {
        try (Model model = Model.open()) {
            reference = model.newRecognizer();
        }
        for (String note : NOTES) {
            expected.add(reference.find(note));
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            recognizers.set(slot, model.get().newRecognizer());
        }
    }

    /**
     * Prints what happened; ends with 1 if a result was wrong or, in a run of a million finds or more, resident memory grew by
     * more than 1 % from its middle to its end.
     */
    public static void main(String[] arguments) throws Exception {
        String failure = run(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        System.out.println(failure.isEmpty() ? "passed" : failure);
        System.exit(failure.isEmpty() ? 0 : 1);
    }

    /** Empty if all went well. */
    static String run(int threads, int finds) throws Exception {
        Stress stress = new Stress();
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread thread = new Thread(() -> stress.work(finds));
            thread.start();
            running.add(thread);
        }
        long total = (long) threads * finds;
        long printed = 0;
        List<Long> middle = new ArrayList<>();
        List<Long> end = new ArrayList<>();
        for (boolean alive = true; alive; ) {
            running.get(0).join(100);
            alive = running.stream().anyMatch(Thread::isAlive);
            long done = stress.right.get() + stress.closed.get();
            long resident = resident();
            if (done >= total / 5 * 4) {
                end.add(resident);
            } else if (done >= total / 5 * 2 && done < total / 5 * 3) {
                middle.add(resident);
            }
            if (done * 20 / total > printed || !alive) {
                printed = done * 20 / total;
                System.out.println(done + " finds, " + stress.closed + " of closed recognizers, " + resident + " kB resident");
            }
        }
        stress.close();
        if (stress.wrong.get() != null) {
            return "wrong: " + stress.wrong.get();
        }
        // A short run is over before the heap and the compiled code have their size.
        if (total < 1_000_000) {
            return "";
        }
        System.out.println("resident: " + median(middle) + " kB in the middle, " + median(end) + " kB at the end");
        return median(end) - median(middle) > median(middle) / 100 ? "resident memory grew" : "";
    }

    private static long median(List<Long> values) {
        Collections.sort(values);
        return values.get(values.size() / 2);
    }

    private void work(int finds) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        Mentions out = new Mentions();
        try {
            for (int i = 0; i < finds && wrong.get() == null; i++) {
                int slot = random.nextInt(SLOTS);
                int note = random.nextInt(NOTES.length);
                int dice = random.nextInt(1000);
                if (dice < 5) {
                    reopen(slot);
                } else if (dice == 5) {
                    model.getAndSet(Model.open()).close();
                }
                try {
                    boolean list = dice % 2 == 0;
                    Recognizer recognizer = recognizers.get(slot);
                    List<Mention> found = list ? recognizer.find(NOTES[note]) : null;
                    if (!list) {
                        recognizer.find(NOTES[note], out);
                        found = out.toList();
                    }
                    if (!found.equals(expected.get(note))) {
                        throw new AssertionError("note " + note + ": " + found);
                    }
                    right.incrementAndGet();
                } catch (IllegalStateException e) {
                    closed.incrementAndGet();
                }
            }
        } catch (Throwable e) {
            wrong.set(e);
        }
    }

    /** Closes a recognizer that others use at this moment, and puts a new one in its place. */
    private void reopen(int slot) {
        recognizers.get(slot).close();
        Thread.yield();
        try {
            recognizers.getAndSet(slot, model.get().newRecognizer()).close();
        } catch (IllegalStateException e) {
            // Another thread closed the model; the next one tries again.
        }
    }

    private void close() {
        for (int slot = 0; slot < SLOTS; slot++) {
            recognizers.get(slot).close();
        }
        model.get().close();
        reference.close();
    }

    private static long resident() throws IOException {
        for (String line : Files.readAllLines(Paths.get("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return 0;
    }
}
