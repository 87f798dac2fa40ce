package checker

import "maps"

func init() { maps.Copy(stories, jobLeaderStories) }

// jobLeaderStories: two JobManagers lead, by their own words, for no longer than a
// session can live, or for longer.
var jobLeaderStories = map[string]string{
	"one-job-leader/one-after-the-other.ok": `
		session 60
		1 grant jm1 a
		10 revoke jm1
		11 grant jm2 b`,
	"one-job-leader/both-to-the-end.bad": `
		session 60
		1 grant jm1 a
		11 grant jm2 b
		12 leaderinfo dispatcher a
		13 leaderinfo dispatcher b
		14 leaderinfo dispatcher c
		90 start jm3`,
	"one-job-leader/gives-way-while-its-session-can-live.ok": `
		session 60
		1 grant jm1 a
		11 grant jm2 b
		71 revoke jm1`,
	"one-job-leader/gives-way-too-late.bad": `
		session 60
		1 grant jm1 a
		11 grant jm2 b
		72 revoke jm1`,
	"one-job-leader/the-other-gives-way-too-late.bad": `
		session 60
		1 grant jm1 a
		11 grant jm2 b
		72 revoke jm2`,
	"one-job-leader/so-does-the-end-of-its-work.ok": `
		session 60
		1 grant jm1 a
		10 exit jm1
		80 grant jm2 b
		150 exit jm2`,
	"one-job-leader/a-crash-ends-an-office.ok": `
		session 60
		1 grant jm1 a
		11 grant jm2 b
		12 crash jm1
		90 start jm1`,
	"one-job-leader/a-crash-of-a-server-does-not.bad": `
		session 60
		1 grant jm1 a
		11 grant jm2 b
		12 crash n1
		90 start n1`,
	"one-job-leader/who-is-paused-believes-nothing.ok": `
		session 60
		1 grant jm1 a
		5 pause jm1
		11 grant jm2 b
		100 resume jm1
		101 revoke jm1`,
	"one-job-leader/who-wakes-must-learn-of-it.bad": `
		session 60
		1 grant jm1 a
		5 pause jm1
		11 grant jm2 b
		100 resume jm1
		170 start tm1`,
	"one-job-leader/who-is-paused-is-heard-late.ok": `
		session 60
		1 grant jm1 a
		5 pause jm1
		6 revoke jm1
		6 grant jm1 b
		11 grant jm2 c
		100 resume jm1
		101 revoke jm1`,
	"one-job-leader/leads-again.ok": `
		session 60
		1 grant jm1 a
		2 revoke jm1
		3 grant jm1 b
		90 start tm1`,
	"one-job-leader/a-token-given-twice.bad": `
		session 60
		1 grant jm1 a
		2 revoke jm1
		3 grant jm2 a`,
}
