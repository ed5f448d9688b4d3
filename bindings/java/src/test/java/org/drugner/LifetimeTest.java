package org.drugner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LifetimeTest {
    @Test
    void useAfterClose() {
        Model model = Model.open();
        Recognizer recognizer = model.newRecognizer();
        model.close();
        model.close();
        assertEquals(1, recognizer.find("aspirin").size(), "a recognizer outlives its model");
        recognizer.close();
        recognizer.close();
        assertThrows(IllegalStateException.class, () -> recognizer.find("aspirin"));
        assertThrows(IllegalStateException.class, () -> recognizer.find("aspirin", new Mentions()));
        assertThrows(IllegalStateException.class, model::newRecognizer);
        assertThrows(IllegalStateException.class, model::sha256);
        assertThrows(IllegalStateException.class, () -> model.meta("general.license"));
        assertThrows(IllegalStateException.class, model::selftest);
        assertEquals(4, model.labels().size());
    }

    @Test
    void closeRacesWithFind() throws Exception {
        assertEquals("", Stress.run(4, 400));
    }

    @Test
    void forgottenRecognizersAreFreed() throws Exception {
        int before = Handle.open();
        try (Model model = Model.open()) {
            for (int i = 0; i < 100; i++) {
                model.newRecognizer().find("aspirin");
            }
            for (int attempt = 0; Handle.open() > before + 1 && attempt < 100; attempt++) {
                System.gc();
                Thread.sleep(10);
                Handle.closeForgotten();
            }
            assertEquals(before + 1, Handle.open());
        }
    }

    @Test
    void filesOfModels(@TempDir Path folder) throws Exception {
        DrugnerException e = assertThrows(DrugnerException.class, () -> Model.open(folder.resolve("missing.drugner")));
        assertEquals(DrugnerException.Status.NOT_FOUND, e.status());
        Path text = Files.write(folder.resolve("text"), "This file is no model.\n".getBytes(StandardCharsets.UTF_8));
        e = assertThrows(DrugnerException.class, () -> Model.open(text));
        assertEquals(DrugnerException.Status.NOT_A_MODEL, e.status());
        Path bundled = folder.resolve("model, \u00e9\u4e2d.drugner");
        Files.copy(folder.getFileSystem().getPath("../../models/default.drugner").toAbsolutePath(), bundled);
        for (Model.Load load : Model.Load.values()) {
            try (Model file = Model.open(bundled, load);
                    Model linked = Model.open();
                    Recognizer recognizer = file.newRecognizer()) {
                assertEquals(linked.sha256(), file.sha256());
                assertEquals(1, recognizer.find("aspirin").size());
            }
        }
    }

    @Test
    void codesAreThoseOfTheHeader() throws Exception {
        String header = new String(
                Files.readAllBytes(java.nio.file.Paths.get("../../include/drugner.h")), StandardCharsets.UTF_8);
        int codes = 0;
        for (String line : header.split("\n")) {
            if (line.startsWith("#define DRUGNER_E_")) {
                String[] words = line.split(" ");
                String name = words[1].substring("DRUGNER_E_".length());
                assertEquals(Integer.parseInt(words[2]), DrugnerException.Status.valueOf(name).code(), name);
                codes++;
            }
        }
        assertEquals(DrugnerException.Status.values().length - 1, codes, "every code is named");
        assertTrue(codes > 0);
    }
}
