// service/tasks_command.hpp: `headroom-service tasks`: what an operator does about the queue.
#pragma once
#include <iosfwd>
#include <string>

#include "headroom/runtime/name_resolver.hpp"
#include "service/commands.hpp"

namespace headroom::service {

enum class tasks_verb {
    queues,   ///< what waits, runs, is delayed and dead
    inspect,  ///< dead letters, the oldest first
    requeue,  ///< a dead letter's task is sent again, its failures forgotten
    drop,     ///< a dead letter is deleted
    pause,    ///< no worker fetches from the queue
    resume,
};

struct tasks_request {
    tasks_verb verb = tasks_verb::queues;
    std::string queue;   ///< another than TASKIQ_STREAM_PREFIX
    std::string letter;  ///< requeue and drop: the letter's id,
    bool all = false;    ///< or every letter
    unsigned most = 50;  ///< inspect: so many letters,
    std::string after;   ///< behind this one
};

/// One connection to the tasks' Redis. 0 done, 64 no such id or queue's name, 75 the server cannot
/// be reached, 78 there is no Redis for tasks, it may not, or there is no such letter. Says why on
/// `err`. `names` resolves the server's; see blocking_resolver for what its owner does at the end.
int operate_tasks(const settings& with, const tasks_request& what, output as,
                  blocking_resolver& names, std::ostream& out, std::ostream& err);

}  // namespace headroom::service
