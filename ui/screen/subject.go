package screen

import (
	"fmt"

	"vpsdeck/model"
)

// Subject is what the cursor is on: a server or one of its restore points.
type Subject struct {
	Server model.ID
	Point  model.Key // empty ID: the server itself
}

// String returns its kind and ID: "server #12345", "snapshot #801".
func (s Subject) String() string {
	if s.Point.ID == "" {
		return "server #" + string(s.Server)
	}
	return fmt.Sprintf("%s #%s", s.Point.Kind, s.Point.ID)
}

// Selector is a pane whose rows are servers or restore points.
type Selector interface {
	// Subject returns what the cursor is on; empty Server: nothing.
	Subject() Subject
}

// Subject returns the server under the cursor.
func (p *Servers) Subject() Subject {
	server, _ := p.Selected()
	return Subject{Server: server.ID}
}

// Subject returns the restore point under the cursor, or the server if it has none.
func (p *Points) Subject() Subject {
	point, ok := p.selected()
	if !ok {
		return Subject{Server: p.server.ID}
	}
	return Subject{Server: point.Server.ID, Point: point.Key()}
}

// Subject returns the restore point under the cursor, or the server if it has none.
func (p *Page) Subject() Subject {
	point, ok := p.selected()
	if !ok {
		return Subject{Server: p.server}
	}
	return Subject{Server: p.server, Point: point.Key()}
}
