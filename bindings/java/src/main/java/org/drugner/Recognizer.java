package org.drugner;

import java.util.List;

/**
 * Finds drug mentions in texts, with scratch memory of its own. Made by {@link Model#newRecognizer()}.
 *
 * <p>Any thread may call any method. Calls on one recognizer run one after the other: give each thread its own, or use a
 * {@link RecognizerPool}. {@link #close()} waits for the call that runs; later calls throw
 * {@link IllegalStateException}. A recognizer stays usable when its model is closed.
 */
public final class Recognizer implements AutoCloseable {
    /** Settings of a recognizer; all have defaults. */
    public static final class Options {
        int maxWindowTokens;
        int maxSpans;
        boolean rejectInvalidText;
        float minScore;
        long labelMask;
        int maxPaths;

        /** Tokens that the network reads at once, 16 to 65536; a longer sentence is cut. Default 256. */
        public Options maxWindowTokens(int tokens) {
            maxWindowTokens = tokens;
            return this;
        }

        /**
         * Mentions that one native call hands out, at most 2^20; default 4096. It bounds scratch memory, not results: the
         * recognizer asks again for the rest of the text. A sentence with more mentions than this is read in parts.
         */
        public Options maxSpans(int spans) {
            maxSpans = spans;
            return this;
        }

        /** Texts with lone surrogates throw {@link DrugnerException.Status#INVALID_TEXT} instead of being read. */
        public Options rejectInvalidText(boolean reject) {
            rejectInvalidText = reject;
            return this;
        }

        /** Mentions with a lower score are left out; 0 to 1, default 0. */
        public Options minScore(float score) {
            minScore = score;
            return this;
        }

        /** Bit i keeps the label with index i in {@link Model#labels()}; 0, the default, keeps all. */
        public Options labelMask(long mask) {
            labelMask = mask;
            return this;
        }

        /** Most answers of {@link Recognizer#nbest}, at most 8; 0, the default: no memory for it. */
        public Options maxPaths(int paths) {
            maxPaths = paths;
            return this;
        }
    }

    private final Handle handle;
    private final String[] labels;
    /** Mentions of the list variant; used under the lock of the handle. */
    private final Mentions own = new Mentions();

    Recognizer(long pointer, String[] labels) {
        this.labels = labels;
        this.handle = new Handle(this, pointer, Native::destroyRecognizer);
    }

    /**
     * Finds the mentions of a text, sorted by start and not overlapping.
     *
     * @return a list that cannot be changed
     * @throws IllegalStateException if this recognizer is closed
     * @throws DrugnerException if the library fails
     */
    public List<Mention> find(CharSequence text) {
        String string = text.toString();
        synchronized (handle) {
            find(string, own);
            return own.toList();
        }
    }

    /**
     * Finds the mentions of a text and replaces the contents of {@code out} with them. Makes no Java object if {@code text}
     * is a {@link String} and {@code out} is large enough; another sequence is copied to a string first. After an exception
     * {@code out} is empty.
     *
     * @return the number of mentions
     * @throws IllegalStateException if this recognizer is closed
     * @throws DrugnerException if the library fails
     */
    public int find(CharSequence text, Mentions out) {
        String string = text.toString();
        synchronized (handle) {
            find(string, out);
        }
        return out.size();
    }

    private void find(String text, Mentions out) {
        out.clear(labels);
        long pointer = handle.pointer();
        boolean done = false;
        try {
            int from = 0;
            do {
                long found = Native.find(pointer, text, from, out.fields, out.size());
                if (found < 0) {
                    throw failure(pointer, (int) found);
                }
                int count = (int) found & 0xFFFFFF;
                int written = Math.min(count, out.room());
                if (written < count) {
                    out.reserve(count);
                    Native.rest(pointer, written, out.fields, out.size() + written);
                }
                out.added(count, (int) found >>> 24);
                from = (int) (found >>> 32);
            } while (from < text.length());
            done = true;
        } finally {
            if (!done) {
                out.clear(labels);
            }
        }
    }

    /**
     * The up to {@code most} best answers to one sentence, for people who review what was found. The sentence is the first
     * one that ends behind unit {@code at}: 0 for the first of the text, {@link Answers#end()} for the next, the start of a
     * mention for its own. The best answer has the mentions that {@link #find(CharSequence)} finds in this sentence, but as
     * the network alone finds them: without abbreviations that the text introduced, and brackets are not completed. The
     * options {@code minScore} and {@code labelMask} leave none out. Needs {@link Options#maxPaths}.
     *
     * @throws IllegalStateException if this recognizer is closed
     * @throws IndexOutOfBoundsException if {@code at} is not 0 to the length of the text
     * @throws DrugnerException if {@code most} is not 1 to {@code maxPaths}, or the library fails
     */
    public Answers nbest(CharSequence text, int at, int most) {
        String string = text.toString();
        if (at < 0 || at > string.length()) {
            throw new IndexOutOfBoundsException("unit " + at + " of a text of " + string.length());
        }
        int[] head = new int[Answers.HEAD + Answers.FIELDS * Answers.MOST];
        synchronized (handle) {
            long pointer = handle.pointer();
            own.clear(labels);
            int found = Native.nbest(pointer, string, at, most, head, own.fields);
            if (found < 0) {
                throw failure(pointer, found);
            }
            int written = Math.min(found, own.room());
            if (written < found) {
                own.reserve(found);
                Native.rest(pointer, written, own.fields, written);
            }
            own.added(found, 0);
            return new Answers(head, own.toList());
        }
    }

    private static DrugnerException failure(long pointer, int status) {
        byte[] message = new byte[Native.MESSAGE];
        Native.lastError(pointer, message);
        return new DrugnerException(status, message);
    }

    /** Frees the native memory, after the call that runs. More calls do nothing. */
    @Override
    public void close() {
        handle.close();
    }
}
