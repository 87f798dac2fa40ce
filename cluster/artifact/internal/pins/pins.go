// Package pins is the table of jars that may be run: for each release of a
// product, the Maven coordinates and the SHA-512 of every jar on its class
// path. The table is text, one line a jar:
//
//	zookeeper 3.9.5 org.slf4j:slf4j-api:2.0.13 <128 hexadecimal digits>
//
// A coordinate is group:artifact:version, or group:artifact:version:classifier.
// Blank lines and lines that begin with # are passed over. Lines of one release
// stand together, in the order of its class path.
package pins

import (
	"bufio"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
)

// Jar is one pinned file.
type Jar struct {
	Group, Artifact, Version, Classifier string
	// SHA512 is the sum of the content, 128 lower-case hexadecimal digits.
	SHA512 string
}

// Release is a product's version with its class path, in order.
type Release struct {
	Product, Version string
	Jars             []Jar
}

// part is what a piece of a coordinate may be made of. It keeps a coordinate
// from leaving the cache folder when it is made into a path.
var part = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)

var sum = regexp.MustCompile(`^[0-9a-f]{128}$`)

// ParseJar reads group:artifact:version[:classifier] and a sum.
func ParseJar(coordinates, sha512 string) (Jar, error) {
	f := strings.Split(coordinates, ":")
	if len(f) < 3 || len(f) > 4 {
		return Jar{}, fmt.Errorf("coordinates %q are not group:artifact:version[:classifier]", coordinates)
	}
	for _, s := range f {
		if !part.MatchString(s) || strings.Contains(s, "..") {
			return Jar{}, fmt.Errorf("coordinates %q: bad part %q", coordinates, s)
		}
	}
	if !sum.MatchString(sha512) {
		return Jar{}, fmt.Errorf("sum %q of %s is not 128 lower-case hexadecimal digits", sha512, coordinates)
	}
	j := Jar{Group: f[0], Artifact: f[1], Version: f[2], SHA512: sha512}
	if len(f) == 4 {
		j.Classifier = f[3]
	}
	return j, nil
}

// String gives the coordinates.
func (j Jar) String() string {
	s := j.Group + ":" + j.Artifact + ":" + j.Version
	if j.Classifier != "" {
		s += ":" + j.Classifier
	}
	return s
}

// Path is the jar's place in a Maven repository, with forward slashes.
func (j Jar) Path() string {
	name := j.Artifact + "-" + j.Version
	if j.Classifier != "" {
		name += "-" + j.Classifier
	}
	return path.Join(strings.ReplaceAll(j.Group, ".", "/"), j.Artifact, j.Version, name+".jar")
}

// Parse reads a table. An error names the line.
func Parse(r io.Reader) ([]Release, error) {
	var all []Release
	seen := map[string]bool{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		f := strings.Fields(text)
		if len(f) != 4 {
			return nil, fmt.Errorf("line %d: %d fields, want product, version, coordinates, SHA-512", n, len(f))
		}
		jar, err := ParseJar(f[2], f[3])
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		last := len(all) - 1
		if last < 0 || all[last].Product != f[0] || all[last].Version != f[1] {
			if key := f[0] + " " + f[1]; seen[key] {
				return nil, fmt.Errorf("line %d: the lines of %s do not stand together", n, key)
			} else {
				seen[key] = true
			}
			all = append(all, Release{Product: f[0], Version: f[1]})
			last++
		}
		all[last].Jars = append(all[last].Jars, jar)
	}
	return all, lines.Err()
}

// Format writes a table that Parse reads.
func Format(w io.Writer, all []Release) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "# Made by `go run ./cluster/artifact/pin`; see its documentation before editing.")
	fmt.Fprintln(b, "# product version group:artifact:version[:classifier] SHA-512")
	for _, r := range all {
		fmt.Fprintln(b)
		for _, j := range r.Jars {
			fmt.Fprintln(b, r.Product, r.Version, j, j.SHA512)
		}
	}
	return b.Flush()
}
