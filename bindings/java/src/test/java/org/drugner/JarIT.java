package org.drugner;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The finished jar in fresh virtual machines. */
class JarIT {
    private static final Path JAR = Paths.get(System.getProperty("drugner.jar"));
    private static final Path JAVA = Paths.get(System.getProperty("java.home"), "bin", "java");

    @TempDir Path folder;
    private Path note;

    @BeforeEach
    void writeNote() throws IOException {
        note = folder.resolve("note.txt");
        Files.write(note, "D\u00e9tails: takes aspirin\r\nand warfarin.".getBytes(StandardCharsets.UTF_8));
    }

    /** Runs a virtual machine in the fresh folder; what it printed follows its exit status. */
    private String[] run(Path java, Object... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        Stream.of(arguments).map(Object::toString).forEach(command::add);
        Path out = Files.createTempFile("drugner-test", ".out");
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.redirectErrorStream(true).redirectOutput(out.toFile());
        // It becomes java.library.path, where another native library may lie.
        builder.environment().remove("LD_LIBRARY_PATH");
        int status = builder.start().waitFor();
        String printed = new String(Files.readAllBytes(out), StandardCharsets.UTF_8);
        Files.delete(out);
        return new String[] {Integer.toString(status), printed};
    }

    private void assertTagged(String[] result) {
        assertEquals("0", result[0], result[1]);
        String[] lines = result[1].split("\n");
        assertEquals(2, lines.length, result[1]);
        assertArrayEquals(new String[] {"15", "22"}, Arrays.copyOf(lines[0].split("\t"), 2));
        assertEquals("aspirin", lines[0].split("\t")[4]);
        assertEquals("warfarin", lines[1].split("\t")[4]);
    }

    /** This one and all others of the machine, each once. */
    private static Set<Path> virtualMachines() throws IOException {
        Set<Path> found = new LinkedHashSet<>();
        found.add(JAVA.toRealPath());
        Path installed = Paths.get("/usr/lib/jvm");
        if (Files.isDirectory(installed)) {
            try (DirectoryStream<Path> homes = Files.newDirectoryStream(installed)) {
                for (Path home : homes) {
                    if (Files.isExecutable(home.resolve("bin/java"))) {
                        found.add(home.resolve("bin/java").toRealPath());
                    }
                }
            }
        }
        return found;
    }

    @Test
    void theJarAloneTagsANote() throws Exception {
        for (Path java : virtualMachines()) {
            boolean modern = !run(java, "--enable-native-access=ALL-UNNAMED", "-version")[0].equals("1");
            String[] access = modern ? new String[] {"--enable-native-access=ALL-UNNAMED"} : new String[] {};
            List<Object> arguments = new ArrayList<>(Arrays.asList((Object[]) access));
            arguments.addAll(Arrays.asList("-cp", JAR, "org.drugner.Example", note));
            // Two lines and no warning.
            assertTagged(run(java, arguments.toArray()));
        }
        assertEquals("2", run(JAVA, "-cp", JAR, "org.drugner.Example")[0]);
        assertEquals("1", run(JAVA, "-cp", JAR, "org.drugner.Example", folder.resolve("missing"))[0]);
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        assertTagged(run(JAVA, "-Djava.io.tmpdir=" + temporary, "-cp", JAR, "org.drugner.Example", note));
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(0, left.filter(p -> !p.getFileName().toString().startsWith("hsperf")).count());
        }
    }

    @Test
    void checkJniIsClean() throws Exception {
        String classes = JAR + File.pathSeparator + Paths.get("target/test-classes").toAbsolutePath();
        String[] result = run(JAVA, "-Xcheck:jni", "-Xmx128m", "-cp", classes, "org.drugner.Stress", 4, 200);
        assertEquals("0", result[0], result[1]);
        assertFalse(result[1].contains("WARNING") || result[1].contains("FATAL"), result[1]);
    }

    @Test
    void twoClassLoaders() throws Exception {
        URL[] jar = {JAR.toUri().toURL()};
        ClassLoader parent = ClassLoader.getSystemClassLoader().getParent();
        List<AutoCloseable> open = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            URLClassLoader loader = new URLClassLoader(jar, parent);
            Class<?> type = loader.loadClass("org.drugner.Model");
            AutoCloseable model = (AutoCloseable) type.getMethod("open").invoke(null);
            AutoCloseable recognizer = (AutoCloseable) type.getMethod("newRecognizer").invoke(model);
            Object found = recognizer.getClass().getMethod("find", CharSequence.class).invoke(recognizer, "aspirin");
            assertEquals(1, ((List<?>) found).size());
            open.addAll(Arrays.asList(recognizer, model, loader));
        }
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    @Test
    void pathIsTakenAndNothingElse() throws Exception {
        Path library = folder.resolve("copy.so");
        String platform = Platform.name();
        try (InputStream in = Native.class.getResourceAsStream(
                "/META-INF/native/" + platform + "/" + System.mapLibraryName("drugner_jni"))) {
            Files.copy(in, library);
        }
        assertTagged(run(JAVA, "-Ddrugner.native.path=" + library, "-cp", JAR, "org.drugner.Example", note));
        Path other = folder.resolve("other.so");
        String[] result = run(JAVA, "-Ddrugner.native.path=" + other, "-cp", JAR, "org.drugner.Example", note);
        assertEquals("1", result[0]);
        assertTrue(result[1].contains("drugner.native.path is set to " + other), result[1]);
        Path onPath = Files.createDirectory(folder.resolve("path"));
        Files.copy(library, onPath.resolve(System.mapLibraryName("drugner_jni")));
        Path unwritable = folder.resolve("no such folder");
        assertTagged(run(JAVA, "-Djava.library.path=" + onPath, "-Ddrugner.native.dir=" + unwritable,
                "-cp", JAR, "org.drugner.Example", note));
    }

    @Test
    void aLibraryOfSomethingElseIsRefused() throws Exception {
        Path other = JAVA.resolve("../../lib/libprefs.so").normalize();
        Assumptions.assumeTrue(Files.exists(other));
        String[] result = run(JAVA, "-Ddrugner.native.path=" + other, "-cp", JAR, "org.drugner.Example", note);
        assertEquals("1", result[0]);
        assertTrue(result[1].contains("does not fit this jar"), result[1]);
    }

    @Test
    void foldersThatDoNotWork() throws Exception {
        Path missing = folder.resolve("missing");
        String[] result = run(JAVA, "-Ddrugner.native.dir=" + missing, "-cp", JAR, "org.drugner.Example", note);
        assertEquals("1", result[0]);
        assertTrue(result[1].contains("cannot extract the native library to " + missing), result[1]);
        assertTrue(result[1].contains("system property drugner.native.dir"), result[1]);
    }

    /** Mounts such a folder in a name space of the test's own. */
    @Test
    void aFolderMountedNoexec() throws Exception {
        Path noexec = Files.createDirectory(folder.resolve("noexec"));
        Path unshare = Paths.get("/usr/bin/unshare");
        String mount = "mount -t tmpfs -o noexec tmpfs " + noexec;
        Object[] inside = {"--user", "--map-root-user", "--mount", "sh", "-c"};
        Assumptions.assumeTrue(Files.exists(unshare) && run(unshare, with(inside, mount))[0].equals("0"));
        String java = JAVA + " -Ddrugner.native.dir=" + noexec + " -cp " + JAR + " org.drugner.Example " + note;
        String[] result = run(unshare, with(inside, mount + " && exec " + java));
        assertEquals("1", result[0]);
        assertTrue(result[1].contains(noexec + " is mounted noexec. Name a folder"), result[1]);
    }

    private static Object[] with(Object[] arguments, Object last) {
        Object[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = last;
        return all;
    }

    /** Classes in a folder, with one bit of the library turned. */
    @Test
    void aDamagedLibraryIsRefused() throws Exception {
        Path classes = folder.resolve("classes");
        try (java.util.zip.ZipFile jar = new java.util.zip.ZipFile(JAR.toFile())) {
            for (java.util.zip.ZipEntry entry : java.util.Collections.list(jar.entries())) {
                Path file = classes.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                    continue;
                }
                Files.createDirectories(file.getParent());
                byte[] content = read(jar.getInputStream(entry));
                if (entry.getName().startsWith("META-INF/native/")) {
                    content[content.length / 2] ^= 1;
                }
                Files.write(file, content);
            }
        }
        String[] result = run(JAVA, "-cp", classes, "org.drugner.Example", note);
        assertEquals("1", result[0]);
        assertTrue(result[1].contains("wrong SHA-256"), result[1]);
    }

    private static byte[] read(InputStream in) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] block = new byte[1 << 16];
        for (int read; (read = in.read(block)) >= 0; ) {
            out.write(block, 0, read);
        }
        return out.toByteArray();
    }
}
