package hastore

import (
	"cmp"
	"errors"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Store is one cluster's part of the tree.
type Store struct {
	tree Tree
	root string
}

// New reads the cluster whose znodes lie below root: the option
// high-availability.zookeeper.path.root, and below that the cluster's id.
func New(tree Tree, root string) Store { return Store{tree, root} }

// list gives a znode's children in order; none if it is not there.
func (s Store) list(below string) ([]string, error) {
	names, err := s.tree.Children(path.Join(s.root, below))
	if errors.Is(err, ErrNoNode) {
		return nil, nil
	}
	slices.Sort(names)
	return names, err
}

// Entry is a znode of a state-handle store: a pointer with its locks.
type Entry struct {
	Path string
	Pointer
	Stat
	// Bad is what is wrong with the data, if it cannot be read.
	Bad error
	// Locks are the processes that hold the entry, by the names of their locks.
	Locks []Lock
	// Marked says that the entry is marked for deletion: its folder of locks is
	// gone, so its state may be gone as well.
	Marked bool
}

// Lock is an ephemeral znode that keeps an entry from being removed.
type Lock struct {
	Name string
	Stat
}

// entry reads one; ok is false if it is gone.
func (s Store) entry(at string) (e Entry, ok bool, err error) {
	e.Path = at
	data, stat, err := s.tree.Get(at)
	if err != nil {
		return e, false, gone(err)
	}
	e.Stat = stat
	e.Pointer, e.Bad = DecodePointer(data)
	names, err := s.tree.Children(path.Join(at, "locks"))
	if errors.Is(err, ErrNoNode) {
		e.Marked = true
		return e, true, nil
	}
	if err != nil {
		return e, false, err
	}
	slices.Sort(names)
	for _, name := range names {
		_, stat, err := s.tree.Get(path.Join(at, "locks", name))
		if errors.Is(err, ErrNoNode) {
			continue
		}
		if err != nil {
			return e, false, err
		}
		e.Locks = append(e.Locks, Lock{name, stat})
	}
	return e, true, nil
}

// gone makes an error of what is no longer there: none.
func gone(err error) error {
	if errors.Is(err, ErrNoNode) {
		return nil
	}
	return err
}

// Graph is the pointer to a job that is to be run: its graph, or, in Flink 2,
// its execution plan.
type Graph struct {
	JobID string
	Entry
}

// others are the folders that hold no graphs: checkpoints, leaders, and, from
// Flink 2.3 on, applications, whose ids look like those of jobs.
var others = []string{"jobs", "leader", "applications"}

// Graphs lists the jobs that are to be run, by id. Their folder is jobgraphs in
// Flink 1 and execution-plans in Flink 2, and can be configured; so each folder
// counts that has job ids as names, except for those that hold something else.
func (s Store) Graphs() ([]Graph, error) {
	folders, err := s.list("")
	if err != nil {
		return nil, err
	}
	var all []Graph
	for _, folder := range folders {
		if slices.Contains(others, folder) {
			continue
		}
		ids, err := s.list(folder)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if !jobID(id) {
				continue
			}
			e, ok, err := s.entry(path.Join(s.root, folder, id))
			if err != nil {
				return nil, err
			}
			if ok {
				all = append(all, Graph{id, e})
			}
		}
	}
	return all, nil
}

// jobID says whether a name is a job's id: 32 hexadecimal digits.
func jobID(name string) bool {
	return len(name) == 32 && strings.Trim(name, "0123456789abcdef") == ""
}

// Job is what is kept of a job for its recovery.
type Job struct {
	ID string
	// Counter is the id of the next checkpoint, 0 if there is none; CounterStat
	// is its znode's.
	Counter     int64
	CounterStat Stat
	CounterBad  error
	// Checkpoints are the completed ones, oldest first.
	Checkpoints []Checkpoint
}

// Checkpoint is a pointer to a completed checkpoint.
type Checkpoint struct {
	ID int64
	Entry
}

// Jobs lists what is kept of all jobs, by id.
func (s Store) Jobs() ([]Job, error) {
	ids, err := s.list("jobs")
	if err != nil {
		return nil, err
	}
	var all []Job
	for _, id := range ids {
		if !jobID(id) {
			continue
		}
		j, err := s.Job(id)
		if err != nil {
			return nil, err
		}
		all = append(all, j)
	}
	return all, nil
}

// Job reads what is kept of one job; nothing but its id if that is all.
func (s Store) Job(id string) (Job, error) {
	j := Job{ID: id}
	data, stat, err := s.tree.Get(path.Join(s.root, "jobs", id, "checkpoint_id_counter"))
	if gone(err) != nil {
		return j, err
	}
	if err == nil {
		j.CounterStat = stat
		j.Counter, j.CounterBad = DecodeCounter(data)
	}
	folder := path.Join("jobs", id, "checkpoints")
	names, err := s.list(folder)
	if err != nil {
		return j, err
	}
	for _, name := range names {
		number, err := strconv.ParseInt(name, 10, 64)
		if err != nil {
			continue
		}
		e, ok, err := s.entry(path.Join(s.root, folder, name))
		if err != nil {
			return j, err
		}
		if ok {
			j.Checkpoints = append(j.Checkpoints, Checkpoint{number, e})
		}
	}
	slices.SortFunc(j.Checkpoints, func(a, b Checkpoint) int { return cmp.Compare(a.ID, b.ID) })
	return j, nil
}
