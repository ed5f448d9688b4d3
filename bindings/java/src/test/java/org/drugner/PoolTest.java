package org.drugner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PoolTest {
    @Test
    void manyThreadsShareFewRecognizers() throws Exception {
        int before = Handle.open();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Model model = Model.open();
                RecognizerPool pool = new RecognizerPool(model, 3)) {
            List<Mention> expected = pool.find("Takes aspirin and warfarin.");
            assertEquals(2, expected.size());
            List<Future<List<Mention>>> found = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                found.add(threads.submit(() -> pool.find("Takes aspirin and warfarin.")));
            }
            for (Future<List<Mention>> mentions : found) {
                assertEquals(expected, mentions.get());
            }
            assertTrue(Handle.open() <= before + 1 + 3, "a model and three recognizers");
            assertThrows(UnsupportedOperationException.class, () -> pool.with(r -> {
                throw new UnsupportedOperationException();
            }));
            assertEquals(2, pool.find("Takes aspirin and warfarin.", new Mentions()));
        } finally {
            threads.shutdown();
        }
        assertEquals(before, Handle.open());
    }

    @Test
    void closeWakesThoseWhoWait() throws Exception {
        int before = Handle.open();
        try (Model model = Model.open()) {
            RecognizerPool pool = new RecognizerPool(model, 1);
            CountDownLatch borrowed = new CountDownLatch(1);
            CountDownLatch finish = new CountDownLatch(1);
            Thread borrower = new Thread(() -> pool.with(recognizer -> {
                borrowed.countDown();
                try {
                    finish.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
                return recognizer.find("aspirin");
            }));
            borrower.start();
            borrowed.await();
            AtomicReference<Throwable> seen = new AtomicReference<>();
            Thread waiter = new Thread(() -> {
                try {
                    pool.find("aspirin");
                } catch (IllegalStateException e) {
                    seen.set(e);
                }
            });
            waiter.start();
            while (waiter.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
            pool.close();
            waiter.join();
            assertTrue(seen.get() instanceof IllegalStateException);
            finish.countDown();
            borrower.join();
            assertThrows(IllegalStateException.class, () -> pool.find("aspirin"));
        }
        assertEquals(before, Handle.open());
    }

    @Test
    void aPoolWhoseModelIsClosed() {
        Model model = Model.open();
        RecognizerPool pool = new RecognizerPool(model, 1);
        model.close();
        assertThrows(IllegalStateException.class, () -> pool.find("aspirin"));
        assertThrows(IllegalStateException.class, () -> pool.find("aspirin"), "the failure holds no place");
        pool.close();
        assertThrows(IllegalArgumentException.class, () -> new RecognizerPool(model, 0));
    }
}
