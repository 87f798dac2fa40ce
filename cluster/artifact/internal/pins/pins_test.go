package pins

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

var zeros = strings.Repeat("0", 128)

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"too few fields":     "zookeeper 3.9.5 a:b:1",
		"short sum":          "zookeeper 3.9.5 a:b:1 00",
		"upper-case sum":     "zookeeper 3.9.5 a:b:1 " + strings.Repeat("A", 128),
		"two parts":          "zookeeper 3.9.5 a:b " + zeros,
		"path out of cache":  "zookeeper 3.9.5 a:..:1 " + zeros,
		"slash":              "zookeeper 3.9.5 a:b/c:1 " + zeros,
		"release torn apart": "p 1 a:b:1 " + zeros + "\np 2 a:b:1 " + zeros + "\np 1 a:c:1 " + zeros,
	} {
		if _, err := Parse(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), "line ") {
			t.Errorf("%s: %v, want an error that names the line", name, err)
		}
	}
}

func TestPath(t *testing.T) {
	for coordinates, want := range map[string]string{
		"org.slf4j:slf4j-api:2.0.13": "org/slf4j/slf4j-api/2.0.13/slf4j-api-2.0.13.jar",
		"io.netty:x:4.1:linux-x86":   "io/netty/x/4.1/x-4.1-linux-x86.jar",
	} {
		j, err := ParseJar(coordinates, zeros)
		if err != nil || j.Path() != want || j.String() != coordinates {
			t.Errorf("%s: path %s, name %s, error %v; want path %s", coordinates, j.Path(), j, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("# comment\n\nzookeeper 3.9.5 a.b:c:1 " + zeros + "\nzookeeper 3.9.5 a.b:d:1:x " + zeros)
	f.Add("zookeeper 3.9.5 a:b:1 " + zeros + "\nflink 2.2.1 a:b:1 " + zeros)
	f.Fuzz(func(t *testing.T, text string) {
		all, err := Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := Format(&b, all); err != nil {
			t.Fatal(err)
		}
		again, err := Parse(&b)
		if err != nil || !reflect.DeepEqual(all, again) {
			t.Fatalf("%#v came back as %#v, %v", all, again, err)
		}
	})
}
