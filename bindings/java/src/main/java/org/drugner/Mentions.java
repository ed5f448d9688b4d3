package org.drugner;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The mentions of one text as numbers, in memory that is used again: a call of {@link Recognizer#find(CharSequence,
 * Mentions)} with a {@link String} makes no Java object once the buffer has grown to the largest number of mentions.
 *
 * <p>Not for use by several threads at once.
 */
public final class Mentions {
    /** Numbers per mention: start, end, label below 16 bits of flags, bits of the score. */
    private static final int FIELDS = 4;
    /** {@code DRUGNER_SPAN_ABBREVIATION} above the label. */
    private static final int ABBREVIATION = 1 << 16;

    int[] fields;
    private int size;
    private int flags;
    private String[] labels = {};

    /** A buffer that holds 64 mentions and grows when needed. */
    public Mentions() {
        this(64);
    }

    /** A buffer that holds {@code capacity} mentions and grows when needed. */
    public Mentions(int capacity) {
        fields = new int[Math.multiplyExact(Math.max(capacity, 1), FIELDS)];
    }

    /** Number of mentions. */
    public int size() {
        return size;
    }

    /** Index of the first unit of mention {@code i}. */
    public int start(int i) {
        return field(i, 0);
    }

    /** Index behind the last unit of mention {@code i}. */
    public int end(int i) {
        return field(i, 1);
    }

    /** Number of the label of mention {@code i}, an index into {@link Model#labels()}. */
    public int labelId(int i) {
        return field(i, 2) & 0xFFFF;
    }

    /** Label of mention {@code i}. */
    public String label(int i) {
        return labels[labelId(i)];
    }

    /** Probability of exactly this span with this label, 0 to 1. */
    public float score(int i) {
        return Float.intBitsToFloat(field(i, 3));
    }

    /**
     * Whether mention {@code i} is an abbreviation that the text introduced behind a mention, as in {@code ginseng saponin
     * (GSP)}, and not one that the network found by itself; label and score are those of the long form.
     */
    public boolean abbreviation(int i) {
        return (field(i, 2) & ABBREVIATION) != 0;
    }

    /** Mention {@code i} as an object. */
    public Mention get(int i) {
        return new Mention(start(i), end(i), label(i), score(i), abbreviation(i));
    }

    /** All mentions as objects, in a list that cannot be changed. */
    public List<Mention> toList() {
        if (size == 0) {
            return Collections.emptyList();
        }
        List<Mention> list = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            list.add(get(i));
        }
        return Collections.unmodifiableList(list);
    }

    /** Whether the text had lone surrogates; each was read as an unknown character. */
    public boolean invalidTextSeen() {
        return (flags & 1) != 0;
    }

    /** Whether a sentence was so long that the network read it in parts. */
    public boolean sentenceCut() {
        return (flags & 2) != 0;
    }

    private int field(int i, int field) {
        if (i < 0 || i >= size) {
            throw new IndexOutOfBoundsException("mention " + i + " of " + size);
        }
        return fields[i * FIELDS + field];
    }

    void clear(String[] labels) {
        this.labels = labels;
        size = 0;
        flags = 0;
    }

    /** Mentions that fit without growing. */
    int room() {
        return fields.length / FIELDS - size;
    }

    void reserve(int more) {
        if (more > room()) {
            long doubled = Math.min((long) fields.length * 2, Integer.MAX_VALUE - 8);
            int needed = Math.multiplyExact(Math.addExact(size, more), FIELDS);
            fields = java.util.Arrays.copyOf(fields, (int) Math.max(doubled, needed));
        }
    }

    void added(int more, int flags) {
        size += more;
        this.flags |= flags;
    }
}
