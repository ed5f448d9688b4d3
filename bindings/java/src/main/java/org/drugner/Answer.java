package org.drugner;

import java.util.List;

/** One answer to a sentence: all its mentions together. See {@link Recognizer#nbest}. */
public final class Answer {
    private final float probability;
    private final List<Mention> mentions;

    Answer(float probability, List<Mention> mentions) {
        this.probability = probability;
        this.mentions = mentions;
    }

    /** Probability of exactly this answer to the sentence under the network, 0 to 1, not calibrated. */
    public float probability() {
        return probability;
    }

    /**
     * The mentions, sorted by start and not overlapping, in a list that cannot be changed; none if the sentence names no
     * drug. The score of each is that of the mention alone, as {@link Recognizer#find(CharSequence)} gives it.
     */
    public List<Mention> mentions() {
        return mentions;
    }

    /** Probability and mentions; no text of the note. */
    @Override
    public String toString() {
        return probability + " " + mentions;
    }
}
