package schismlab.job;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * What can be checked of the job without a cluster. A test in Go compiles and runs it, and reads
 * the lines that it prints, so that both sides agree on them.
 */
public final class SelfCheck {
    private SelfCheck() {}

    public static void main(String[] args) throws IOException {
        splitsComeBack();
        batchesComeBack();
        entriesAreHeld();
        sequences();
        for (int seed = 0; seed < 2000; seed++) {
            namesAreUnique(seed);
        }
        for (int i = 0; i < DATA.length; i++) {
            System.out.println(Line.of(Entry.record("/in/k1", i, i + 1, DATA[i]), i, i % 3));
        }
        System.out.println(Line.of(Entry.config("/conf", 3, 1L << 33, DATA[1]), 0, 0));
        System.out.println(Line.of(Entry.round("/barrier/j-1", 7), 1, 2));
        Entry late = Entry.record("/in/k1", 9, 10, DATA[0]);
        System.out.println(Line.alert(late, ZookeeperSplit.START));
    }

    /** In the order of the Go test's own list. */
    private static final byte[][] DATA = {
        utf8(""),
        utf8("plain"),
        utf8("\"quoted\" \\ and \t tabbed\r\n"),
        utf8("\u0000\u0001\u001f\u007f\u2028"),
        utf8("\u00fc\u4e2d\ud83d\ude00"),
        {(byte) 0xff, (byte) 0xfe, 0},
    };

    private static byte[] utf8(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static void splitsComeBack() throws IOException {
        List<ZookeeperSplit> splits = ZookeeperSplit.logs("/in", Arrays.asList("k1", "k2"));
        splits.add(ZookeeperSplit.config("/conf").at(1L << 40));
        SplitsSerializer s = new SplitsSerializer();
        List<ZookeeperSplit> back = s.deserialize(s.getVersion(), s.serialize(splits));
        check(back.toString().equals("[/in/k1@-1, /in/k2@-1, /conf@1099511627776]"), "" + back);
        check(back.get(2).config && !back.get(0).config, "kinds of splits");
        List<ZookeeperSplit> parties = ZookeeperSplit.parties("/barrier", "j", 2, 4);
        ZookeeperSplit party = parties.get(1).at(7).in(12);
        party = s.deserialize(s.getVersion(), s.serialize(List.of(party))).get(0);
        check(party.toString().equals("/barrier/j-2@7"), "" + party);
        check(party.meets() && !back.get(0).meets(), "parties are splits of their own");
        check(party.reader() == 1 && party.parties == 4 && party.checkpoint == 12, "a party");
    }

    private static void batchesComeBack() throws IOException {
        BatchSerializer s = new BatchSerializer();
        Batch b = s.deserialize(s.getVersion(), s.serialize(new Batch(7, 1, 2, utf8("x\n"))));
        check(b.name().equals("0000000007-001-002"), b.name());
        check(Arrays.equals(b.content, utf8("x\n")), "a batch's content");
    }

    /** What is held is not given, and wakes nobody; that somebody failed is told all the same. */
    private static void entriesAreHeld() throws IOException {
        Handover h = new Handover();
        try {
            h.put(Entry.record("/in/k1", 0, 1, DATA[0]));
            h.hold();
            check(h.poll() == null && !h.available().isDone(), "what is held is given");
            h.put(Entry.record("/in/k1", 1, 2, DATA[1]));
            check(!h.available().isDone(), "what is held wakes the task");
            h.release();
            check(h.available().isDone() && h.poll().number == 0, "what was held comes first");
            h.hold();
            check(h.poll() == null, "held again");
            h.fail(new IOException("planted"));
            check(h.available().isDone(), "a failure wakes the task");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        try {
            h.poll();
        } catch (IOException e) {
            return;
        }
        throw new AssertionError("a failure is not told while entries are held");
    }

    private static void sequences() {
        check(LogFollower.sequence("r-0000000042") == 42, "the number of r-0000000042");
        check(LogFollower.sequence("0000000000") == 0, "the number of 0000000000");
        try {
            LogFollower.sequence("short");
        } catch (IllegalArgumentException e) {
            return;
        }
        throw new AssertionError("a znode that is not sequential has a number");
    }

    /**
     * Plays one history of checkpoints: some never reach the writer, some are never completed, and
     * the task is restored from the last one that was. Of all batches that are ever committed, no
     * two have the same name, and none is said to be of a later checkpoint than it is.
     */
    private static void namesAreUnique(int seed) throws IOException {
        Random random = new Random(seed);
        Set<String> committed = new HashSet<>();
        List<Batch> pending = new ArrayList<>();
        long completed = 0;
        LineWriter writer = new LineWriter(BatchStore.INSIDE, 0, completed);
        for (long checkpoint = 1; checkpoint <= 30; checkpoint++) {
            writer.write("line", null);
            if (random.nextInt(4) > 0) {
                for (Batch b : writer.prepareCommit()) {
                    check(b.checkpoint <= checkpoint, "seed " + seed + ": " + b + " is too late");
                    pending.add(b);
                }
                if (random.nextBoolean()) {
                    completed = checkpoint;
                    for (Batch b : pending) {
                        check(committed.add(b.name()), "seed " + seed + ": " + b + " twice");
                    }
                    pending.clear();
                }
            }
            if (random.nextInt(4) == 0) {
                pending.clear();
                writer = new LineWriter(BatchStore.INSIDE, 0, completed);
            }
        }
    }
}
