//! One lane of the timeline per agent.

use crate::engine::report::StepMap;

/// More lanes than this would push the step list off the screen: the last one holds all others.
const MOST: usize = 5;

/// The lanes of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lanes {
    names: Vec<String>,
    /// The lane of each participant.
    of_agent: Vec<usize>,
}

impl Lanes {
    /// Participants in order of first appearance; those without a step get no lane.
    pub fn new(map: &StepMap) -> Self {
        let mut order: Vec<u16> = Vec::new();
        for agent in &map.agents {
            if !order.contains(agent) {
                order.push(*agent);
            }
        }
        let own = if order.len() > MOST { MOST - 1 } else { order.len() };
        let mut lanes =
            Self { names: Vec::new(), of_agent: vec![0; map.participants.len().max(order.len())] };
        for (place, agent) in order.iter().enumerate() {
            let lane = place.min(own);
            if let Some(slot) = lanes.of_agent.get_mut(usize::from(*agent)) {
                *slot = lane;
            }
            if place < own {
                let name = map.participants.get(usize::from(*agent));
                lanes.names.push(name.map_or_else(|| format!("agent {}", agent + 1), Clone::clone));
            }
        }
        if order.len() > own {
            lanes.names.push(format!("{} others", order.len() - own));
        }
        if lanes.names.is_empty() {
            lanes.names.push("agent".to_owned());
        }
        lanes
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn lane(&self, agent: u16) -> usize {
        self.of_agent.get(usize::from(agent)).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::Lanes;
    use crate::engine::report::StepMap;

    fn map(agents: &[u16], names: usize) -> StepMap {
        StepMap {
            agents: agents.to_vec(),
            participants: (0..names).map(|name| format!("p{name}")).collect(),
            ..StepMap::default()
        }
    }

    #[test]
    fn one_lane_per_agent_that_does_something() {
        let lanes = Lanes::new(&map(&[0, 2, 0], 4));
        assert_eq!(lanes.names(), ["p0", "p2"]);
        assert_eq!((lanes.lane(0), lanes.lane(2)), (0, 1));
    }

    #[test]
    fn many_agents_share_the_last_lane() {
        let lanes = Lanes::new(&map(&[0, 1, 2, 3, 4, 5, 6], 7));
        assert_eq!(lanes.names(), ["p0", "p1", "p2", "p3", "3 others"]);
        assert_eq!(lanes.lane(6), 4);
    }

    #[test]
    fn an_empty_run_has_a_lane_all_the_same() {
        assert_eq!(Lanes::new(&map(&[], 0)).names(), ["agent"]);
        assert_eq!(Lanes::new(&map(&[], 0)).lane(9), 0);
    }
}
