import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.drugner.Mentions;
import org.drugner.Model;
import org.drugner.Recognizer;

/**
 * What a call from Java costs above the same call from C, on the same native library. The two programs take turns round by
 * round, so that both see the same load of the machine.
 *
 * <p>Argument: the program that c_call.c gives.
 */
public final class Bench {
    private static final int ROUNDS = 301;
    private static final double ROUND_NANOS = 2e6;

    public static void main(String[] arguments) throws Exception {
        String line = "Takes aspirin 81 mg daily and warfarin 5 mg at night.";
        String note = Files.readString(Path.of("../../../examples/notes/discharge_summary.txt"), StandardCharsets.UTF_8);
        System.out.println("units  mentions  calls/round   Java us   C us   difference us (median of " + ROUNDS + " rounds)");
        for (String text : new String[] {"", "aspirin", line, note}) {
            compare(arguments[0], text);
        }
    }

    private static void compare(String program, String text) throws Exception {
        Path file = Files.createTempFile("drugner-bench", ".utf16");
        ByteBuffer units = ByteBuffer.allocate(text.length() * 2).order(ByteOrder.nativeOrder());
        units.asCharBuffer().put(text);
        Files.write(file, units.array());
        Process process = new ProcessBuilder(program, file.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (Model model = Model.open();
                Recognizer recognizer = model.newRecognizer();
                PrintWriter ask = new PrintWriter(process.getOutputStream(), true);
                BufferedReader answer = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            Mentions mentions = new Mentions();
            java(recognizer, text, mentions, 20_000 / (1 + text.length() / 20));
            int calls = 100;
            calls = (int) Math.max(1, ROUND_NANOS * calls / java(recognizer, text, mentions, calls));
            double[] inJava = new double[ROUNDS];
            double[] inC = new double[ROUNDS];
            double[] difference = new double[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                inJava[round] = java(recognizer, text, mentions, calls) / 1e3 / calls;
                ask.println(calls);
                inC[round] = Long.parseLong(answer.readLine()) / 1e3 / calls;
                difference[round] = inJava[round] - inC[round];
            }
            System.out.printf(
                    "%5d  %8d  %11d  %8.3f  %8.3f  %8.3f%n",
                    text.length(), mentions.size(), calls, median(inJava), median(inC), median(difference));
        }
        process.waitFor();
        Files.delete(file);
    }

    private static long java(Recognizer recognizer, String text, Mentions mentions, int calls) {
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            recognizer.find(text, mentions);
        }
        return System.nanoTime() - start;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
