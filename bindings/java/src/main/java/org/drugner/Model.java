package org.drugner;

import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * An immutable model that any number of threads share. Open it once; it is memory outside the Java heap, and every
 * {@link Recognizer} made from it uses the same.
 *
 * <pre>{@code
 * try (Model model = Model.open(); Recognizer recognizer = model.newRecognizer()) {
 *     for (Mention mention : recognizer.find(note)) {
 *         System.out.println(mention.label() + " " + note.substring(mention.start(), mention.end()));
 *     }
 * }
 * }</pre>
 *
 * <p>{@link #close()} may come before the recognizers are closed. Methods of a closed model throw
 * {@link IllegalStateException}.
 */
public final class Model implements AutoCloseable {
    /** How the file of a model is read. */
    public enum Load {
        /** Small files are copied, large ones mapped. */
        AUTO,
        /** Mapped: replace such a file by renaming another over it, never in place. */
        MAP,
        /** Copied: for network shares and files that are replaced in place. */
        COPY
    }

    private static final byte[] NO_MESSAGE = {};

    private final Handle handle;
    private final String[] labels;

    private Model(long pointer) {
        handle = new Handle(this, pointer, Native::releaseModel);
        String[] names = new String[64];
        int count = 0;
        byte[] name = new byte[256];
        for (int length; (length = Native.label(pointer, count, name)) >= 0; count++) {
            if (count == names.length) {
                names = Arrays.copyOf(names, count * 2);
            }
            names[count] = new String(name, 0, Math.min(length, name.length), StandardCharsets.UTF_8);
        }
        labels = Arrays.copyOf(names, count);
    }

    /**
     * Opens the model that is linked into the native library.
     *
     * @throws DrugnerException if that is not possible
     * @throws UnsatisfiedLinkError if the native library cannot be loaded; the message says what to do
     */
    public static Model open() {
        NativeLoader.load();
        long[] pointer = new long[1];
        byte[] message = new byte[Native.MESSAGE];
        DrugnerException.check(Native.openDefault(pointer, message), message);
        return new Model(pointer[0]);
    }

    /** Opens a model file. */
    public static Model open(Path file) {
        return open(file, Load.AUTO);
    }

    /**
     * Opens a model file. The file is not trusted: whatever it contains, the result is a model or an exception.
     *
     * @throws DrugnerException if the file cannot be read or is not a sound model
     * @throws UnsatisfiedLinkError if the native library cannot be loaded; the message says what to do
     */
    public static Model open(Path file, Load load) {
        if (file.getFileSystem() != FileSystems.getDefault()) {
            throw new IllegalArgumentException("a model file must lie in the file system of the machine");
        }
        NativeLoader.load();
        long[] pointer = new long[1];
        byte[] message = new byte[Native.MESSAGE];
        byte[] path = file.toString().getBytes(StandardCharsets.UTF_8);
        DrugnerException.check(Native.openFile(path, load.ordinal(), pointer, message), message);
        return new Model(pointer[0]);
    }

    /** A recognizer with default options. */
    public Recognizer newRecognizer() {
        return newRecognizer(new Recognizer.Options());
    }

    /**
     * A recognizer.
     *
     * @throws DrugnerException if an option is out of its range or memory is short
     */
    public Recognizer newRecognizer(Recognizer.Options options) {
        long[] pointer = new long[1];
        byte[] message = new byte[Native.MESSAGE];
        int status;
        synchronized (handle) {
            status =
                    Native.createRecognizer(
                            handle.pointer(),
                            options.maxWindowTokens,
                            options.maxSpans,
                            options.rejectInvalidText ? 1 : 0,
                            options.minScore,
                            options.labelMask,
                            options.maxPaths,
                            pointer,
                            message);
        }
        DrugnerException.check(status, message);
        return new Recognizer(pointer[0], labels);
    }

    /** The names of the labels. */
    public List<String> labels() {
        return Collections.unmodifiableList(Arrays.asList(labels));
    }

    /** The value of a key of the model card, such as {@code general.license}. */
    public Optional<String> meta(String key) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        byte[] value = new byte[256];
        synchronized (handle) {
            int length = Native.meta(handle.pointer(), name, value);
            if (length == DrugnerException.Status.NOT_FOUND.code()) {
                return Optional.empty();
            }
            DrugnerException.check(length, NO_MESSAGE);
            if (length > value.length) {
                value = new byte[length];
                Native.meta(handle.pointer(), name, value);
            }
            return Optional.of(new String(value, 0, length, StandardCharsets.UTF_8));
        }
    }

    /** The identity of the model in hexadecimal digits, for audit trails. */
    public String sha256() {
        byte[] hash = new byte[32];
        synchronized (handle) {
            DrugnerException.check(Native.sha256(handle.pointer(), hash), NO_MESSAGE);
        }
        return Hex.of(hash);
    }

    /** The instruction set in use: {@code avx512}, {@code avx2}, {@code neon} or {@code scalar}. Results do not depend on it. */
    public String isa() {
        byte[] name = new byte[32];
        synchronized (handle) {
            int length = DrugnerException.check(Native.isa(handle.pointer(), name), NO_MESSAGE);
            return new String(name, 0, Math.min(length, name.length), StandardCharsets.US_ASCII);
        }
    }

    /**
     * Runs the test texts that the model carries and compares the results bit by bit; worth a call at start-up.
     *
     * @throws DrugnerException if this machine computes something else than the maker of the model
     */
    public void selftest() {
        byte[] message = new byte[Native.MESSAGE];
        synchronized (handle) {
            DrugnerException.check(Native.selftest(handle.pointer(), message), message);
        }
    }

    /** Drops the reference to the native model. Recognizers made from it stay usable. More calls do nothing. */
    @Override
    public void close() {
        handle.close();
    }
}
