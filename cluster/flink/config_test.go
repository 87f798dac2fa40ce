//go:build unix

package flink

import "testing"

// TestConfigFile: releases before 1.19 read another file, which knows no quotes.
func TestConfigFile(t *testing.T) {
	settings := map[string]string{"b": "it's", "a": "1"}
	for release, want := range map[string][2]string{
		"1.17.1": {"flink-conf.yaml", "a: 1\nb: it's\n"},
		"1.20.3": {"config.yaml", "a: '1'\nb: 'it''s'\n"},
		"2.3.0":  {"config.yaml", "a: '1'\nb: 'it''s'\n"},
	} {
		if name, text := configFile(release, settings); name != want[0] || text != want[1] {
			t.Errorf("%s: %s with %q, want %s with %q", release, name, text, want[0], want[1])
		}
	}
}
