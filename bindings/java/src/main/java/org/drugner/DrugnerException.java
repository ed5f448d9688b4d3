package org.drugner;

import java.nio.charset.StandardCharsets;

/**
 * The library refused or failed. {@link #status()} says what for programs, the message for people. No message contains
 * text of a note.
 */
public final class DrugnerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong: the {@code DRUGNER_E_*} codes of {@code drugner.h}. */
    public enum Status {
        /** An argument has a value that is not accepted. */
        INVALID_ARGUMENT(-1),
        /** A pointer that must not be NULL is NULL; a defect of this binding. */
        NULL_POINTER(-2),
        /** The option or the instruction set is not in this library or on this machine. */
        UNSUPPORTED(-3),
        /** The context is in use by another thread; a defect of this binding. */
        BUSY(-4),
        /** An earlier call failed inside the library and the recognizer could not be made usable again. */
        POISONED(-5),
        /** A defect in the library was caught; the process is unharmed. */
        INTERNAL(-6),
        /** Native memory could not be allocated. */
        OUT_OF_MEMORY(-7),
        /** Memory given is smaller than needed; a defect of this binding. */
        BUFFER_TOO_SMALL(-8),
        /** The operating system reported an error while a file was read. */
        IO(-20),
        /** The file or the metadata key does not exist. */
        NOT_FOUND(-21),
        /** The native library was built without a model. */
        NO_DEFAULT_MODEL(-22),
        /** The file does not begin like a model file. */
        NOT_A_MODEL(-40),
        /** The model needs a newer library. */
        FORMAT_TOO_NEW(-41),
        /** The format of the model is no longer read. */
        FORMAT_TOO_OLD(-42),
        /** The file ends early. */
        TRUNCATED(-43),
        /** A checksum does not match: the file is damaged. */
        CHECKSUM(-44),
        /** The file breaks a rule of the format. */
        CORRUPT_MODEL(-45),
        /** The file exceeds a limit. */
        LIMIT(-46),
        /** The text is too long. */
        TEXT_TOO_LONG(-60),
        /** The text has lone surrogates and the recognizer rejects them. */
        INVALID_TEXT(-61),
        /** More mentions than one call hands out; the binding asks again, so no caller sees this. */
        SPAN_LIMIT(-62),
        /** A code of a newer library. */
        UNKNOWN(0);

        private final int code;

        Status(int code) {
            this.code = code;
        }

        /** The number in {@code drugner.h}. */
        public int code() {
            return code;
        }

        static Status of(int code) {
            for (Status status : values()) {
                if (status.code == code) {
                    return status;
                }
            }
            return UNKNOWN;
        }
    }

    private final Status status;

    /** {@code message} is zero-terminated UTF-8. */
    DrugnerException(int code, byte[] message) {
        super(Status.of(code) + " (" + code + "): " + text(message));
        this.status = Status.of(code);
    }

    /** Throws if {@code code} is negative. */
    static int check(int code, byte[] message) {
        if (code < 0) {
            throw new DrugnerException(code, message);
        }
        return code;
    }

    private static String text(byte[] message) {
        int length = 0;
        while (length < message.length && message[length] != 0) {
            length++;
        }
        return new String(message, 0, length, StandardCharsets.UTF_8);
    }

    /** What went wrong. */
    public Status status() {
        return status;
    }
}
