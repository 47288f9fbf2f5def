#include "http/problem.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <set>

#include "core/limits.h"

namespace flightdeck::http {
namespace {

namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

class CollectingLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel level, std::string_view request_id, std::string_view message,
             std::initializer_list<LogField> fields) override {
    levels.push_back(level);
    text.append(request_id).append(" ").append(message);
    for (const LogField& field : fields) {
      if (const auto* value = std::get_if<std::string_view>(&field.value)) text.append(" ").append(*value);
    }
  }
  std::vector<LogLevel> levels;
  std::string text;
};

json::object document(const Response& response) { return json::parse(response.body).as_object(); }

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "(none)";
}

constexpr ErrorCode last_code = ErrorCode::internal;

TEST(Problem, EveryCodeHasAStatusAndATextOfItsOwn) {
  std::set<std::string_view> texts;
  for (int i = 0; i <= static_cast<int>(last_code); ++i) {
    const ProblemKind kind = problem_kind(static_cast<ErrorCode>(i));
    EXPECT_GE(kind.status, 400);
    EXPECT_FALSE(kind.title.empty());
    EXPECT_TRUE(texts.insert(kind.code).second) << kind.code;
    EXPECT_EQ(kind.code == "INTERNAL", static_cast<ErrorCode>(i) == last_code) << kind.code;
  }
}

TEST(Problem, MapsCodesAsTheContractSays) {
  const std::vector<std::pair<ErrorCode, int>> expected = {{ErrorCode::malformed_json, 400},
                                                           {ErrorCode::validation_failed, 422},
                                                           {ErrorCode::not_found, 404},
                                                           {ErrorCode::method_not_allowed, 405},
                                                           {ErrorCode::unsupported_media_type, 415},
                                                           {ErrorCode::payload_too_large, 413},
                                                           {ErrorCode::out_of_stock, 400},
                                                           {ErrorCode::flight_closed, 409},
                                                           {ErrorCode::flight_has_bookings, 409},
                                                           {ErrorCode::capacity_below_sold, 409},
                                                           {ErrorCode::duplicate_flight, 409},
                                                           {ErrorCode::version_conflict, 412},
                                                           {ErrorCode::idempotency_key_reused, 422},
                                                           {ErrorCode::invalid_state, 409},
                                                           {ErrorCode::overloaded, 503},
                                                           {ErrorCode::unavailable, 503},
                                                           {ErrorCode::internal, 500}};
  for (const auto& [code, status] : expected) {
    EXPECT_EQ(problem_kind(code).status, status) << problem_kind(code).code;
  }
}

TEST(Problem, IsAProblemDocument) {
  const Error error{ErrorCode::validation_failed, "Two fields.", {{"a", "is \"bad\""}, {"b", "is required"}}};
  const Response response = problem_response(error, "trace-1");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.content_type, "application/problem+json");
  const json::object problem = document(response);
  EXPECT_EQ(problem.at("type"), "urn:flightdeck:problem:validation-failed");
  EXPECT_EQ(problem.at("status"), 422);
  EXPECT_EQ(problem.at("detail"), "Two fields.");
  EXPECT_EQ(problem.at("code"), "VALIDATION_FAILED");
  EXPECT_EQ(problem.at("request_id"), "trace-1");
  EXPECT_EQ(problem.at("errors"), json::parse(R"([{"field": "a", "message": "is \"bad\""},
                                                  {"field": "b", "message": "is required"}])"));
}

TEST(Problem, WithoutDetailTheTitleSaysIt) {
  const json::object problem = document(problem_response(Error{ErrorCode::not_found, {}}, "t"));
  EXPECT_EQ(problem.at("detail"), problem.at("title"));
  EXPECT_FALSE(problem.contains("errors"));
}

std::vector<FieldError> fields(std::size_t count, const std::string& name) {
  std::vector<FieldError> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back({name + std::to_string(i), "is not a field"});
  return all;
}

TEST(Problem, ListsTheFirstErrorsAndCountsTheOthers) {
  const auto errors_of = [](std::size_t count) {
    return document(problem_response(Error{ErrorCode::validation_failed, "", fields(count, "f")}, "t"));
  };
  const json::object few = errors_of(limits::errors_listed);
  EXPECT_EQ(few.at("errors").as_array().size(), limits::errors_listed);
  EXPECT_FALSE(few.contains("errors_total"));
  const json::object many = errors_of(7270);
  EXPECT_EQ(many.at("errors").as_array().size(), limits::errors_listed);
  EXPECT_EQ(many.at("errors").as_array().back().at("field"), "f49");
  EXPECT_EQ(many.at("errors_total"), 7270);
}

// Characters that take six bytes each in an answer.
TEST(Problem, IsNeverLargerThanItsLimitWhateverIsWrong) {
  const std::string worst(60'000, '\x01');
  Error error{ErrorCode::validation_failed, worst, fields(64, worst)};
  for (FieldError& field : error.fields) field.message = worst;
  const Response response = problem_response(error, std::string(128, '"'));
  EXPECT_LE(response.body.size(), limits::problem_bytes - limits::problem_head_bytes);
  const json::object problem = document(response);
  EXPECT_GE(problem.at("errors").as_array().size(), 1U);
  EXPECT_EQ(problem.at("errors_total"), 64);
  const json::object cut = document(
      problem_response(Error{ErrorCode::validation_failed, "", fields(1, std::string(90, 'x'))}, "t"));
  const std::string shown(cut.at("errors").as_array().front().at("field").as_string());
  EXPECT_EQ(shown.substr(0, 64), std::string(64, 'x'));
  EXPECT_EQ(shown.substr(64), "\u2026");
}

TEST(Problem, OverloadAsksToRetry) {
  EXPECT_EQ(header(problem_response(Error{ErrorCode::overloaded, {}}, "t"), "Retry-After"), "1");
  EXPECT_EQ(header(problem_response(Error{ErrorCode::unavailable, {}}, "t"), "Retry-After"), "1");
  EXPECT_EQ(header(problem_response(Error{ErrorCode::internal, {}}, "t"), "Retry-After"), "(none)");
}

TEST(Problem, AnExceptionTellsTheLogAndNotTheClient) {
  CollectingLog log;
  const auto failure = std::make_exception_ptr(std::runtime_error("secret path"));
  const Response response = problem_response(failure, "/search", "trace-1", log);
  EXPECT_EQ(document(response).at("code"), "INTERNAL");
  EXPECT_THAT(response.body, Not(HasSubstr("secret")));
  EXPECT_EQ(log.text, "trace-1 request failed /search secret path");
  EXPECT_EQ(log.levels.front(), LogLevel::error);
}

TEST(Problem, APartThatIsAwayIsUnavailable) {
  CollectingLog log;
  const auto away = std::make_exception_ptr(UnavailableError("disk"));
  const auto full = std::make_exception_ptr(OverloadedError("queue"));
  EXPECT_EQ(document(problem_response(away, "/", "t", log)).at("code"), "UNAVAILABLE");
  EXPECT_EQ(document(problem_response(full, "/", "t", log)).at("code"), "OVERLOADED");
  EXPECT_EQ(log.levels, (std::vector{LogLevel::debug, LogLevel::debug})) << "an outage is no line a request";
  EXPECT_EQ(document(problem_response(std::make_exception_ptr(1), "/", "t", log)).at("code"), "INTERNAL");
}

TEST(Problem, OfTheProtocolItself) {
  for (const int status : {400, 414, 431}) {
    const Response response = protocol_problem(status, "Why.", "t");
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(document(response).at("status"), status);
    EXPECT_EQ(document(response).at("detail"), "Why.");
  }
}

}  // namespace
}  // namespace flightdeck::http
