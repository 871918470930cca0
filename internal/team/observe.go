package team

import (
	"context"

	"vpsdeck/internal/poll"
	"vpsdeck/model"
)

// IdleInterval is how often a hub without members polls everything. With members it polls more
// often, and so while operations run.
const IdleInterval = poll.IntervalUnwatched

// Next waits for a view with a higher number, for an observer that is no member: it does not make
// the hub poll more often. It returns false if the hub or the context ends first.
func (h *Hub) Next(ctx context.Context, after int) (model.AccountView, bool) {
	return h.nextView(ctx, after, nil)
}
