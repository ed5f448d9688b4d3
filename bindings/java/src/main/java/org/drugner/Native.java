package org.drugner;

/**
 * The native methods. Numbers, strings and arrays go in and numbers come out; a negative one is a status, see
 * {@link DrugnerException.Status}. Callers hold the lock of the {@link Handle} that a pointer belongs to.
 */
final class Native {
    /** Bytes that hold every message of an error. */
    static final int MESSAGE = 232;

    private Native() {}

    static native int abiVersion();

    static native int versionNumber();

    static native int version(byte[] out);

    static native int openDefault(long[] handle, byte[] message);

    static native int openFile(byte[] path, int loadMode, long[] handle, byte[] message);

    static native void releaseModel(long model);

    static native int label(long model, int label, byte[] out);

    static native int meta(long model, byte[] key, byte[] out);

    static native int sha256(long model, byte[] out);

    static native int isa(long model, byte[] out);

    static native int selftest(long model, byte[] message);

    static native int createRecognizer(
            long model,
            int maxWindowTokens,
            int maxSpans,
            int invalidText,
            float minScore,
            long labelMask,
            int maxPaths,
            long[] handle,
            byte[] message);

    /** Returns a status or consumed &lt;&lt; 32 | flags &lt;&lt; 24 | mentions found. */
    static native long find(long recognizer, String text, int from, int[] out, int at);

    /**
     * Returns a status or the number of mentions of all answers. {@code head} receives start, end and flags of the
     * sentence, the number of answers, and of each answer the number of mentions and the bits of the probability.
     */
    static native int nbest(long recognizer, String text, int at, int most, int[] head, int[] out);

    static native void rest(long recognizer, int skip, int[] out, int at);

    static native int lastError(long recognizer, byte[] message);

    static native void destroyRecognizer(long recognizer);
}
