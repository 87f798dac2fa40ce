package schismlab.job;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * One line of the job's output: a JSON object without a line break.
 *
 * <pre>
 *   {"kind":"record","path":"/in/k1","number":7,"zxid":4294967317,"hash":"…","data":"…",
 *    "subtask":1,"attempt":0}
 *   {"kind":"config","path":"/conf","number":3,"zxid":4294967320,"hash":"…","data":"…",
 *    "subtask":0,"attempt":0}
 *   {"kind":"round","path":"/barrier/JOB-1","number":3,"subtask":0,"attempt":0}
 *   {"kind":"alert","path":"/in/k1","after":5,"got":7}
 *   {"kind":"window","path":"/in/n1","number":4,"data":"samples=4 …","subtask":0,"attempt":0}
 *   {"kind":"notice","path":"/in/n1","number":4,"data":"raised","subtask":0,"attempt":0}
 * </pre>
 *
 * <p>The number is a record's sequence number or a configuration's version; the zxid is a record's
 * czxid or a configuration's mzxid. The hash is the first 8 bytes of the data's SHA-256, in
 * hexadecimal: data that is not UTF-8 is shown with replacements, and its hash still tells whether
 * it is what a client wrote. Subtask and attempt say who processed it.
 */
final class Line {
    private Line() {}

    static String of(Entry e, int subtask, int attempt) {
        if (e.round) {
            return String.format(
                    "{\"kind\":\"round\",\"path\":\"%s\",\"number\":%d,"
                            + "\"subtask\":%d,\"attempt\":%d}",
                    e.path, e.number, subtask, attempt);
        }
        return String.format(
                "{\"kind\":\"%s\",\"path\":\"%s\",\"number\":%d,\"zxid\":%d,"
                        + "\"hash\":\"%s\",\"data\":%s,\"subtask\":%d,\"attempt\":%d}",
                e.config ? "config" : "record",
                e.path,
                e.number,
                e.zxid,
                hash(e.data),
                quote(e.data),
                subtask,
                attempt);
    }

    static String alert(Entry e, long after) {
        return String.format(
                "{\"kind\":\"alert\",\"path\":\"%s\",\"after\":%d,\"got\":%d}",
                e.path, after, e.position());
    }

    /** What a window of a server's samples has added up to. */
    static String window(String path, long number, String sum, int subtask, int attempt) {
        return windowed("window", path, number, sum, subtask, attempt);
    }

    /** That a window has raised or cleared the alert of a server. */
    static String notice(String path, long number, String what, int subtask, int attempt) {
        return windowed("notice", path, number, what, subtask, attempt);
    }

    private static String windowed(
            String kind, String path, long number, String data, int subtask, int attempt) {
        return String.format(
                "{\"kind\":\"%s\",\"path\":\"%s\",\"number\":%d,\"data\":\"%s\","
                        + "\"subtask\":%d,\"attempt\":%d}",
                kind, path, number, data, subtask, attempt);
    }

    static String hash(byte[] data) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(data);
            StringBuilder hex = new StringBuilder();
            for (int i = 0; i < 8; i++) {
                hex.append(String.format("%02x", sum[i]));
            }
            return hex.toString();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String quote(byte[] utf8) {
        StringBuilder s = new StringBuilder("\"");
        for (char c : new String(utf8, StandardCharsets.UTF_8).toCharArray()) {
            if (c == '"' || c == '\\') {
                s.append('\\').append(c);
            } else if (c < 0x20 || Character.isSurrogate(c)) {
                s.append(String.format("\\u%04x", (int) c));
            } else {
                s.append(c);
            }
        }
        return s.append('"').toString();
    }
}
