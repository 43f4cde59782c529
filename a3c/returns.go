package a3c

// ending says how a step left its episode.
type ending uint8

const (
	running    ending = iota // the episode goes on
	terminated               // it ended: nothing follows, the value behind it is 0
	truncated                // it was cut off: the value behind it is that of its last observation
)

// returns sets advantages and returns of a rollout by generalized advantage estimation (Schulman et al. 2015, equation 16).
//
//	next(t)  = 0 after a termination, cut(t) after a truncation, else value(t+1)
//	delta(t) = reward(t) + gamma*next(t) - value(t)
//	adv(t)   = delta(t) + gamma*lambda*adv(t+1)       the last term only where the episode goes on in the rollout
//	ret(t)   = adv(t) + value(t)
//
// With lambda 1, ret is the n-step return of Mnih et al. 2016.
//
// Shape:  reward, end, cut, adv, ret (steps, envs); value (steps+1, envs), the last row being the bootstrap values.
// Rewards are scaled already. cut is read where end is truncated only. Products are rounded before they are added, so that
// every compiler and processor makes the same bits of them.
func returns[F number](steps, envs int, gamma, lambda F, reward, value []F, end []ending, cut, adv, ret []F) {
	for e := range envs {
		var future F // gamma*lambda*adv of the following step, 0 across the end of an episode
		for t := steps - 1; t >= 0; t-- {
			i := t*envs + e
			next := value[i+envs]
			switch end[i] {
			case terminated:
				next, future = 0, 0
			case truncated:
				next, future = cut[i], 0
			}
			adv[i] = reward[i] + F(gamma*next) - value[i] + future
			ret[i] = adv[i] + value[i]
			future = F(gamma * lambda * adv[i])
		}
	}
}
