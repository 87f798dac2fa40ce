package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/schismlab/schism/campaign"
	"github.com/schismlab/schism/checker"
	"github.com/schismlab/schism/runlog"
)

func checkCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "check HISTORY|LOG",
		Short: "Judge a run log again",
		Long: "Judge a run log again, without running anything. The log may hold clients' calls alone: a history.\n" +
			"A run folder stands for the log in it.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			res, err := judgeFile(args[0])
			if err != nil {
				return err
			}
			show := newProgress(c.ErrOrStderr(), 1)
			p := newPrinter(c.OutOrStdout(), asJSON, show)
			if err := p.judgement(res); err != nil {
				return err
			}
			return p.end()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

func judgeFile(path string) (*campaign.Result, error) {
	begun := time.Now()
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, campaign.LogFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, reading(err)
	}
	h, events, err := runlog.ReadAll(path, bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	s, err := named(h.Scenario)
	if err != nil {
		s = nil // nobody's scenario: the checks judge it alone
	}
	res, err := campaign.Judged(h, events, s, checker.DefaultBudget)
	if err != nil {
		return nil, badInput{fmt.Sprintf("%s: %v", path, err)}
	}
	sum := sha256.Sum256(text)
	res.Log, res.LogSha256 = path, hex.EncodeToString(sum[:])
	res.Reproduce = "schism check " + path
	res.WallMs = time.Since(begun).Milliseconds()
	return res, nil
}

// judgement prints every check of a log, since that is what was asked for.
func (p *printer) judgement(r *campaign.Result) error {
	if p.json {
		return p.result(r)
	}
	p.runs++
	p.counts[r.Verdict]++
	for _, c := range r.Checks {
		if _, err := fmt.Fprintf(p.w, "%s %s: %s\n", p.paint(c.Verdict, fmt.Sprintf("%-9s", c.Verdict)), c.Name, c.Why); err != nil {
			return err
		}
	}
	if r.Signature != "" {
		fmt.Fprintf(p.w, "signature %s\n", r.Signature)
	}
	p.last = &campaign.Result{}
	return nil
}
