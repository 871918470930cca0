package screen

import (
	"strings"
	"testing"
	"time"

	"vpsdeck/model"
	"vpsdeck/ui/dialog"
)

func detailText(details []dialog.Detail) string {
	var lines []string
	for _, d := range details {
		lines = append(lines, d.Label+": "+d.Value)
	}
	return strings.Join(lines, "\n")
}

func TestPreviewSaysWhichServersAreCoveredWorse(t *testing.T) {
	expiring := newBackup("2", web, 2*time.Hour)
	expiring.ExpiresAt = now.Add(5 * 24 * time.Hour)
	webNow, dbNow := newBackup("1", web, time.Hour), newBackup("3", db, time.Hour)
	for name, c := range map[string]struct {
		deleted []model.Point
		want    string
	}{
		"nothing gets worse": {[]model.Point{expiring}, ""},
		"worse in a week": {[]model.Point{webNow},
			"In 7 days: web-server-01 ✗ no usable restore point (others expire)"},
		"two servers, at once": {[]model.Point{webNow, expiring, dbNow},
			"After this: web-server-01 ✗ no usable restore point\n" +
				"After this: db-server-01 ✗ no usable restore point"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarnessWith(t, webNow, expiring, dbNow)
			got := detailText(Actions{h.env}.coverageDetails(c.deleted, model.ServerRef.SentenceName))
			if got != c.want {
				t.Errorf("it says\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestPreviewNamesTheFirstServersAndCountsTheOthers(t *testing.T) {
	var losses []model.CoverageLoss
	for range 5 {
		losses = append(losses, model.CoverageLoss{Server: web.Ref(),
			Now: []model.Reason{{Health: model.TooFew, Message: "it has 1"}}})
	}
	want := strings.Repeat("After this: web-server-01 ▲ too few: it has 1\n", 3) + "After this: and 2 servers more"
	got := detailText(lossLines(losses, "After this", model.ServerRef.SentenceName, model.CoverageLoss.NowText))
	if got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
}

func TestPreviewOfAnIncompleteListClaimsNothing(t *testing.T) {
	h := newHarnessWith(t, newBackup("1", web, time.Hour), newBackup("2", web, 2*time.Hour))
	h.setServers(&model.IncompleteError{Got: 2, Total: 3}, web)
	got := detailText(Actions{h.env}.coverageDetails([]model.Point{newBackup("1", web, time.Hour)},
		model.ServerRef.SentenceName))
	if got != "After this: the coverage is unknown: a list is incomplete" {
		t.Errorf("it says %q", got)
	}
}
