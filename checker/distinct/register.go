package distinct

// cluster is a value's write and reads.
type cluster struct {
	write       int // -1: none, as of the initial value
	wrote       int64
	lo, hi      int64 // the least return and the greatest call
	first, last int   // of these
	read        bool
	unknown     bool // the write's outcome
}

// takes widens the cluster by one operation.
func (c *cluster) takes(i int, o *Op) {
	if o.Ret < c.lo {
		c.lo, c.first = o.Ret, i
	}
	if o.Call > c.hi {
		c.hi, c.last = o.Call, i
	}
}

const always = -1 << 63 // before every time

// Register judges a register that was written with distinct values, none of
// them the initial one. Time O(n log n), memory O(n).
func Register(ops []Op) Result {
	// The initial value was written before all: no return is earlier.
	clusters := append(make([]cluster, 0, 64), cluster{write: -1, wrote: always, lo: always, hi: always, first: -1, last: -1})
	at := make(map[int64]int32, len(ops)/4)
	for i := range ops {
		o := &ops[i]
		if o.Kind == Read {
			continue
		}
		if o.Kind != Write {
			return foreign(i, o, "register")
		}
		if c, again := at[o.Value]; again {
			return notApplicable([]int{clusters[c].write, i}, "one value is written twice")
		}
		at[o.Value] = int32(len(clusters))
		c := cluster{write: i, wrote: o.Call, lo: Never, hi: always, first: -1, last: -1, unknown: o.Ret == Never}
		c.takes(i, o)
		clusters = append(clusters, c)
	}
	for i := range ops {
		o := &ops[i]
		if o.Kind != Read || o.Ret == Never {
			continue
		}
		n := int32(0)
		if !o.Blank {
			var written bool
			if n, written = at[o.Value]; !written {
				return broken([]int{i}, "a value is read that nobody wrote")
			}
		}
		c := &clusters[n]
		if o.Ret < c.wrote {
			return broken([]int{i, c.write}, "a value is read before it is written")
		}
		c.read = true
		c.takes(i, o)
	}
	return judgeZones(clusters)
}

func judgeZones(clusters []cluster) Result {
	spans, moments := make([]span, 0, len(clusters)), make([]moment, 0, len(clusters))
	for i := range clusters {
		switch c := &clusters[i]; {
		case c.unknown && !c.read: // it never happened: the best for all others
		case c.lo < c.hi:
			spans = append(spans, span{c.lo, c.hi, c.first, c.last})
		default:
			moments = append(moments, moment{c.hi, c.lo, c.first, c.last})
		}
	}
	if one, other := exclusive(spans, moments); one != nil {
		return broken(together(one, other), "the register had one value all the time, and another one in between")
	}
	return good()
}
