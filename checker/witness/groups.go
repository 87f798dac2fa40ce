package witness

import (
	"cmp"
	"slices"
)

// groups parts the znodes into groups that do not depend on each other, as a
// union-find forest. Linearizability is local (Herlihy and Wing): a history is
// linearizable if each group's part of it is. The zxids may order two writes to
// different groups against each other in a way that makes a read look stale
// although its values alone do not.
type groups struct{ up []int32 }

func (g *groups) find(id int32) int32 {
	for g.up[id] != id {
		g.up[id] = g.up[g.up[id]]
		id = g.up[id]
	}
	return id
}

func (g *groups) union(a, b int32) {
	a, b = g.find(a), g.find(b)
	g.up[max(a, b)] = min(a, b)
}

// group finds the groups.
func (j *judge) group() *groups {
	g := &groups{make([]int32, len(j.znodes))}
	for i := range g.up {
		g.up[i] = int32(i)
	}
	made := make([]int64, len(j.znodes)) // when it was certainly there, once and for all
	tied := make([]bool, len(j.znodes))  // its children depend on it, or it on them
	for i := range made {
		made[i] = never
	}
	for op, k := range j.kinds {
		switch {
		case k == lists:
			tied[j.zid[op]] = true
		case k.mayWrite():
			o := &j.in.Ops[op]
			for _, p := range j.parts(int32(op)) {
				if p.verb == deletes || (p.ephemeral || p.passing) && p.id >= 0 {
					tied[p.id] = true
				}
				if p.verb == creates && p.id >= 0 && k == writes && !p.ephemeral && !p.passing {
					made[p.id] = min(made[p.id], o.Ret)
				}
			}
		}
	}
	for op, k := range j.kinds {
		if !k.mayWrite() {
			continue
		}
		parts := j.parts(int32(op))
		for i := range parts {
			p := &parts[i]
			g.union(p.any(), parts[0].any())
			if p.verb == creates && p.up > 0 && made[p.up] >= j.in.Ops[op].Call {
				g.union(p.any(), p.up)
			}
		}
	}
	for id := 1; id < len(j.znodes); id++ {
		if up := j.znodes[id].parent; tied[up] {
			g.union(int32(id), up)
		}
	}
	for _, e := range j.fates { // one end of a session, one moment
		g.union(e[0], e[1])
	}
	for _, c := range j.hidden {
		if c.op >= 0 {
			for _, p := range j.parts(c.op) {
				if p.verb == creates && p.id < 0 {
					g.union(p.up, j.group0(c.op))
				}
			}
		}
	}
	for n := range j.names {
		id := j.byPath[j.names[n]]
		g.union(id, j.group0(n.Op))
		g.union(id, j.znodes[id].parent)
	}
	return g
}

// any is a znode that stands for the part.
func (p *part) any() int32 {
	if p.id < 0 {
		return p.up
	}
	return p.id
}

// group0 is a znode that stands for an operation.
func (j *judge) group0(op int32) int32 {
	if j.in.Ops[op].Op == "multi" {
		return j.parts(op)[0].any()
	}
	if !j.kinds[op].isRead() {
		return j.parts(op)[0].any()
	}
	return j.zid[op]
}

// merge joins the groups' orders into one that keeps to real time: whatever is
// answered first, its group goes as far as that. What comes before it in its
// group was called before it was answered, and all that is not placed yet will
// be answered later, so nothing is put before what had been answered when it
// was called.
func (j *judge) merge(g *groups, c *Certificate) {
	n := int32(len(j.in.Ops))
	of := make([]int32, len(c.Order)) // by place in the old order: its group, -1 for none
	placeOf := make([]int32, len(j.at))
	queues := map[int32][]int32{}
	end := 0
	for i, op := range c.Order {
		switch {
		case op >= n:
			of[i] = -1
		case op < 0:
			of[i] = j.endGroup(g, end)
			end++
		case j.kinds[op] == syncs:
			of[i] = -1
		default:
			of[i] = g.find(j.group0(op))
		}
		if op >= 0 {
			placeOf[op] = int32(i)
		}
		if of[i] >= 0 {
			queues[of[i]] = append(queues[of[i]], int32(i))
		}
	}
	byRet := make([]int32, 0, len(c.Order))
	for _, op := range c.Order {
		if op >= 0 && op < n && j.kinds[op] != lost {
			byRet = append(byRet, op)
		}
	}
	slices.SortStableFunc(byRet, func(a, b int32) int { return cmp.Compare(j.in.Ops[a].Ret, j.in.Ops[b].Ret) })
	order := make([]int32, 0, len(c.Order))
	emit := func(group, upTo int32) {
		q := queues[group]
		for len(q) > 0 && q[0] <= upTo {
			order = append(order, c.Order[q[0]])
			q = q[1:]
		}
		queues[group] = q
	}
	for _, op := range byRet {
		if group := of[placeOf[op]]; group >= 0 {
			emit(group, placeOf[op])
		} else {
			order = append(order, op)
		}
	}
	for i, op := range c.Order { // what is left: finals, and what only they show
		if op >= n {
			order = append(order, op)
		} else if of[i] >= 0 {
			emit(of[i], int32(i))
		}
	}
	c.Order = order
}

// endGroup is the group of a session's end.
func (j *judge) endGroup(g *groups, k int) int32 { return g.find(j.ends[k]) }
