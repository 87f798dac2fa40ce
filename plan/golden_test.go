package plan

// What the streams draw. These must never change: a seed in somebody's report
// means what it meant.
var (
	golden0     = [3]uint64{0x6f68e1e7e2646ee1, 0xbf971b7f454094ad, 0x48f2de556f30de38}
	golden1     = [3]uint64{0x4644411a02edb488, 0xf1b6195824bb3f13, 0x68ee4a561845078c}
	golden2     = [3]uint64{0x721c6b6b3f5e6458, 0xff140e58a36dcf15, 0xa1619ad5a7b7746e}
	goldenDraws = []int{7, 719, 1965760271, 847846}
	goldenOrder = []int{2, 3, 6, 0, 4, 5, 7, 1}
)
