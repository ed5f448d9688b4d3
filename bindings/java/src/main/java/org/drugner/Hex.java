package org.drugner;

/** Bytes as hexadecimal digits. */
final class Hex {
    private Hex() {}

    static String of(byte[] bytes) {
        StringBuilder digits = new StringBuilder(bytes.length * 2);
        for (byte b : bytes) {
            digits.append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
        }
        return digits.toString();
    }
}
