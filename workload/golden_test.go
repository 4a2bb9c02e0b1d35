package workload

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// A seed must give the same stream in the next version too, or results that
// are compared across versions were not measured on the same work. Draw
// the file anew only with a reason that the commit message gives.
func TestStreamsStayAsTheyAre(t *testing.T) {
	var b strings.Builder
	show := func(what string, s Spec) {
		fmt.Fprintf(&b, "%s\n", what)
		for _, txn := range draw(newStream(t, s, 100_000, Seed{Master: 1, Trial: 2, Worker: 3, Phase: "measure"}), 4) {
			fmt.Fprintf(&b, "\thold=%v long=%v abort=%v\n", txn.Hold, txn.Long, txn.Abort)
			for _, o := range txn.Ops[:min(len(txn.Ops), 4)] {
				fmt.Fprintf(&b, "\t\t%v ref=%d field=%d length=%d key=%d\n", o.Kind, o.Ref, o.Field, o.Length, o.Key)
			}
		}
	}
	for _, name := range Names() {
		if name != Custom {
			show(name, Spec{Name: name})
		}
	}
	for _, d := range Distributions() {
		show(d, Spec{Name: "ycsb-a", Distribution: d, Keys: 2, Abort: 0.5, Long: Long{Share: new(0.5), Keys: 3}})
	}
	const file = "testdata/streams.golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("streams differ from %s (-update writes it anew); now they are\n%s", file, &b)
	}
}
