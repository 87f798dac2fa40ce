package docker

import (
	"context"
	"encoding/binary"
	"errors"
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

// newHolder opens the queues of all links to the namespace's server.
func newHolder(ns *namespace, streams []stream) (*holder, error) {
	ctx, stop := context.WithCancel(context.Background())
	h := &holder{lanes: map[int]*lane{}, stop: stop}
	for _, s := range streams {
		if err := h.open(ctx, ns, s); err != nil {
			h.close()
			return nil, &cluster.NotReady{
				What: "this kernel does not hand packets to programs, so links cannot be slow or lossy", Err: err,
				Do: "use a kernel with nfnetlink_queue, xt_NFQUEUE and nft_compat",
			}
		}
	}
	return h, nil
}

func (h *holder) open(ctx context.Context, ns *namespace, s stream) error {
	q, err := nfqueue.Open(&nfqueue.Config{
		NetNS: int(ns.file.Fd()), NfQueue: uint16(s.from), AfFamily: unix.AF_INET,
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
	lane := newLane(s.draw, func(id uint32, v verdict) {
		word := nfqueue.NfDrop
		if v == deliver {
			word = nfqueue.NfAccept
		}
		// It fails once the namespace is gone, and the packets with it.
		_ = q.SetVerdict(id, word)
	})
	h.lanes[s.from] = lane
	return q.RegisterWithErrorFunc(ctx,
		func(a nfqueue.Attribute) int {
			if a.PacketID != nil {
				lane.arrive(*a.PacketID, time.Now())
			}
			return 0
		},
		func(err error) int {
			if ctx.Err() != nil || errors.Is(err, unix.EBADF) {
				return 1
			}
			return 0
		})
}
