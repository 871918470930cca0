package screen

import (
	"fmt"

	"vpsdeck/model"
)

// Subject is what the cursor is on: a server, or one of its restore points.
type Subject struct {
	Server model.ID
	Point  model.Key // its ID is empty for the server itself
}

// String names it as the title of a sheet does: "Server #12345", "snapshot #801".
func (s Subject) String() string {
	if s.Point.ID == "" {
		return "server #" + string(s.Server)
	}
	return fmt.Sprintf("%s #%s", s.Point.Kind, s.Point.ID)
}

// Selector is a pane whose rows are servers or restore points.
type Selector interface {
	// Subject is what its cursor is on; its Server is empty if that is nothing.
	Subject() Subject
}

// Subject is the server under the cursor.
func (p *Servers) Subject() Subject {
	server, _ := p.Selected()
	return Subject{Server: server.ID}
}

// Subject is the restore point under the cursor; of a server without any, the server.
func (p *Points) Subject() Subject {
	point, ok := p.selected()
	if !ok {
		return Subject{Server: p.server.ID}
	}
	return Subject{Server: point.Server.ID, Point: point.Key()}
}

// Subject is the restore point under the cursor; of a server without any, the server.
func (p *Page) Subject() Subject {
	point, ok := p.selected()
	if !ok {
		return Subject{Server: p.server}
	}
	return Subject{Server: p.server, Point: point.Key()}
}
