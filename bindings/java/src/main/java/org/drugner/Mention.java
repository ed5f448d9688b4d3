package org.drugner;

/**
 * One mention of a drug in a text: a candidate for people to review. Offsets count UTF-16 units, as {@link String} does:
 * {@code text.substring(mention.start(), mention.end())} is the mention.
 */
public final class Mention {
    private final int start;
    private final int end;
    private final String label;
    private final float score;
    private final boolean abbreviation;

    Mention(int start, int end, String label, float score, boolean abbreviation) {
        this.start = start;
        this.end = end;
        this.label = label;
        this.score = score;
        this.abbreviation = abbreviation;
    }

    /** Index of the first unit. */
    public int start() {
        return start;
    }

    /** Index behind the last unit. */
    public int end() {
        return end;
    }

    /** {@code drug}, {@code brand}, {@code group} or {@code drug_n} with the bundled model. */
    public String label() {
        return label;
    }

    /** Probability of exactly this span with this label, 0 to 1. */
    public float score() {
        return score;
    }

    /** Whether this is an abbreviation that the text introduced; see {@link Mentions#abbreviation(int)}. */
    public boolean abbreviation() {
        return abbreviation;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Mention)) {
            return false;
        }
        Mention that = (Mention) other;
        return start == that.start
                && end == that.end
                && label.equals(that.label)
                && Float.floatToIntBits(score) == Float.floatToIntBits(that.score)
                && abbreviation == that.abbreviation;
    }

    @Override
    public int hashCode() {
        return ((start * 31 + end) * 31 + label.hashCode()) * 31 + Float.floatToIntBits(score);
    }

    /** Place, label and score; no text of the note. */
    @Override
    public String toString() {
        return start + ".." + end + " " + label + " " + score;
    }
}
