package org.drugner;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void reuseVariantMakesNoObjects() {
        String[] notes = {"", "Takes aspirin 81 mg and warfarin.", "M\u00e9decin: \uD83D\uDC8A metformin.", "No drugs."};
        try (Model model = Model.open();
                Recognizer recognizer = model.newRecognizer()) {
            Mentions out = new Mentions();
            int expected = run(recognizer, notes, out);
            long before = allocated();
            int mentions = run(recognizer, notes, out);
            assertEquals(0, allocated() - before);
            assertEquals(expected, mentions);
        }
    }

    private static int run(Recognizer recognizer, String[] notes, Mentions out) {
        int mentions = 0;
        long units = 0;
        for (int i = 0; i < 1000; i++) {
            for (String note : notes) {
                mentions += recognizer.find(note, out);
                for (int m = 0; m < out.size(); m++) {
                    units += out.end(m) - out.start(m) + out.label(m).length() + (long) out.score(m);
                }
            }
        }
        return units > 0 ? mentions : -1;
    }

    private static long allocated() {
        return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
}
