// Commands in the form of Boost.Redis, and their replies. Private to redis/: includes Boost.Redis.
#pragma once

#include <boost/redis/request.hpp>
#include <boost/redis/resp3/node.hpp>
#include <boost/redis/resp3/type.hpp>
#include <boost/system/error_code.hpp>
#include <string_view>
#include <vector>

#include "redis/command.h"

namespace flightdeck::redis {

// Commands under way, with room for each reply. Errors are replies like others. Boost's own response types
// stop at the first error.
struct Pipeline {
  boost::redis::request request;
  Replies replies;
  // A member only to keep its memory.
  std::vector<std::string_view> words;

  void add(const Command& command) {
    if (command.size() == 1) {
      request.push(command.word(0));
    } else {
      words.clear();
      for (std::size_t i = 1; i < command.size(); ++i) words.push_back(command.word(i));
      request.push_range(command.word(0), words.begin(), words.end());
    }
    replies.emplace_back();
  }
};

class ReplyReader {
 public:
  explicit ReplyReader(Replies& replies) : replies_(&replies) {}

  std::size_t get_supported_response_size() const { return replies_->size(); }

  void operator()(std::size_t i, const boost::redis::resp3::basic_node<std::string_view>& node,
                  boost::system::error_code&) {
    using Type = boost::redis::resp3::type;
    Reply& reply = (*replies_)[i];
    const bool aggregate = boost::redis::resp3::is_aggregate(node.data_type);
    if (node.depth > 0) {
      if (!aggregate) reply.texts.emplace_back(node.value);
      return;
    }
    reply.text = node.value;
    switch (node.data_type) {
      case Type::null: reply.kind = Reply::Kind::nil; break;
      case Type::number: reply.kind = Reply::Kind::integer; break;
      case Type::simple_error:
      case Type::blob_error: reply.kind = Reply::Kind::error; break;
      default: reply.kind = aggregate ? Reply::Kind::list : Reply::Kind::text; break;
    }
  }

 private:
  Replies* replies_;
};

// Boost.Redis looks for it by this name.
inline ReplyReader boost_redis_adapt(Pipeline& pipeline) { return ReplyReader(pipeline.replies); }

}  // namespace flightdeck::redis
