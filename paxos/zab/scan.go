package zab

import "github.com/schismlab/schism/paxos"

// scanTime is how long the snapshot thread takes to read the whole tree, in
// nanoseconds.
const scanTime = 20_000_000

// scan is a snapshot that is being read while transactions go on
// (SyncRequestProcessor's Snapshot Thread, ZooKeeperServer.takeSnapshot): a fuzzy
// one. Its name is the zxid at which it began, so that recovery applies again all
// that may show in it by half.
type scan struct {
	on bool
	// db is the database as the reading began; ended: it is as the reading left it,
	// for the tree that was read has been replaced by another.
	db    paxos.DB
	ended bool
}

// beginScan begins a snapshot, if none is being read.
func (s *Server) beginScan(out *paxos.Effects) {
	if s.scan.on {
		return
	}
	s.scan = scan{on: true, db: s.DB}
	out.SetTimer(timerScan, scanTime)
}

// endScan hands what was read to the disk.
func (s *Server) endScan(out *paxos.Effects) {
	if !s.scan.on {
		return
	}
	s.detachScan()
	db := s.scan.db
	s.scan = scan{}
	if s.cfg.Bugs.has(NameScanLate) {
		db.Zxid, db.Chain = s.DB.Zxid, s.DB.Chain
	}
	out.Background(paxos.Write{Kind: paxos.SaveScan, DB: db})
	s.saveScan(db)
	if s.cfg.Bugs.has(SnapshotDropsLog) {
		s.truncate(s.DB.Zxid)
		out.Persist(paxos.Write{Kind: paxos.TruncateLog, Zxid: s.DB.Zxid})
	}
	s.applied = s.after(s.DB.Zxid)
}

// detachScan ends the reading with the tree as it is now.
func (s *Server) detachScan() {
	if s.scan.on && !s.scan.ended {
		s.scan.db.State = paxos.Splice(s.scan.db.State, s.DB.State)
		s.scan.ended = true
	}
}

// abandonScan forgets a snapshot that is being read as the server changes its
// role. What is logged and not committed is applied now, and may be cut off later:
// read into a snapshot of an earlier name, it would stay.
func (s *Server) abandonScan() {
	if !s.cfg.Quirks.has(ScanGoesOn) {
		s.scan = scan{}
	}
}

// replaceDB puts another database in the place of the one in memory.
func (s *Server) replaceDB(db paxos.DB) {
	s.detachScan()
	s.DB, s.claimed = db, 0
}
