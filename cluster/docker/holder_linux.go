package docker

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"time"

	nfqueue "github.com/florianl/go-nfqueue"
	"github.com/google/nftables/expr"
	"github.com/google/nftables/xt"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/schismlab/schism/cluster"
)

// mostWaiting is how many packets of one link the kernel keeps for us at most,
// and mostBuffered how many bytes of messages about them. Beyond that it drops,
// as a router with full buffers does.
const (
	mostWaiting  = 1 << 14
	mostBuffered = 4 << 20
)

// toHolder is the end of a rule that hands packets to the queue of a link. It
// is the older filter's target, since kernels that have queues have that one at
// least.
func toHolder(from int) []expr.Any {
	info := make(xt.Unknown, 8) // padded to the kernel's alignment
	binary.NativeEndian.PutUint16(info, uint16(from))
	return []expr.Any{&expr.Target{Name: "NFQUEUE", Info: &info}}
}

// open opens the queue for packets of one sender, and its lane.
func (h *holder) open(from int, draw *rand.Rand) error {
	err := h.listen(from, draw)
	if err == nil {
		return nil
	}
	return &cluster.NotReady{
		What: "this kernel does not hand packets to programs, so links cannot be slow or lossy", Err: err,
		Do: "use a kernel with nfnetlink_queue, xt_NFQUEUE and nft_compat",
	}
}

func (h *holder) listen(from int, draw *rand.Rand) error {
	q, err := nfqueue.Open(&nfqueue.Config{
		NetNS: int(h.ns.file.Fd()), NfQueue: uint16(from), AfFamily: unix.AF_INET,
		MaxQueueLen: mostWaiting, Copymode: nfqueue.NfQnlCopyMeta,
		// Large packets come in one piece, as the network card would cut them.
		Flags: nfqueue.NfQaCfgFlagGSO,
	})
	if err != nil {
		return err
	}
	h.queues = append(h.queues, q)
	if err := q.Con.SetReadBuffer(mostBuffered); err != nil {
		return err
	}
	// A burst beyond the buffer loses packets and nothing else.
	if err := q.SetOption(netlink.NoENOBUFS, true); err != nil {
		return err
	}
	lane := newLane(draw, func(id uint32, v verdict) {
		word := nfqueue.NfDrop
		if v == deliver {
			word = nfqueue.NfAccept
		}
		// It fails once the namespace is gone, and the packets with it.
		_ = q.SetVerdict(id, word)
	})
	err = q.RegisterWithErrorFunc(h.ctx,
		func(a nfqueue.Attribute) int {
			if a.PacketID != nil {
				lane.arrive(*a.PacketID, time.Now())
			}
			return 0
		},
		func(err error) int {
			if h.ctx.Err() != nil || errors.Is(err, unix.EBADF) {
				return 1
			}
			return 0
		})
	if err != nil {
		lane.close()
		return err
	}
	h.lanes[from] = lane
	return nil
}
