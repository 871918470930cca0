package screen

import (
	"fmt"

	"vpsdeck/model"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// usually is how long a deed takes: by the documents, or by what it took here.
func (d Deeds) usually(deed model.Deed, p model.Point) string {
	usual, known := d.env.State.Expect(deed, p.Kind)
	switch {
	case !known:
		return "for how long varies"
	case usual.Of > 0:
		return fmt.Sprintf("by the last %d here for about %s", usual.Of, widget.Between(usual.Min, usual.Max))
	}
	return "usually for " + minutes(usual.Span)
}

// minutes words what the documents say, in their words.
func minutes(s model.Span) string {
	return fmt.Sprintf("%d%s%d minutes", int(s.Min.Minutes()), style.Dash, int(s.Max.Minutes()))
}

// adds is how long a snapshot that is taken first takes: by the documents, or by what snapshots took here.
func (d Deeds) adds() string {
	usual, _ := d.env.State.Expect(model.Create, model.Snapshot)
	if usual.Of > 0 {
		return "about " + widget.Between(usual.Min, usual.Max)
	}
	return minutes(usual.Span)
}

// takes is how long making a point takes: by the documents, or by what it took here.
func (d Deeds) takes(kind model.Kind) string {
	usual, known := d.env.State.Expect(model.Create, kind)
	switch {
	case !known:
		return "By the provider's documents it varies, and is slower than a snapshot."
	case usual.Of > 0:
		return fmt.Sprintf("Takes about %s, by the last %d here.", widget.Between(usual.Min, usual.Max), usual.Of)
	}
	return "Usually takes " + minutes(usual.Span) + ", by the provider's documents."
}

// backupAdds is how long a backup that is taken first takes.
func (d Deeds) backupAdds() string {
	if usual, known := d.env.State.Expect(model.Create, model.Backup); known {
		return "adds about " + widget.Between(usual.Min, usual.Max)
	}
	return "takes longer"
}
