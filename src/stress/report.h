// The figures of a run, for people and for programs.
#pragma once

#include <string>

#include "stress/audit_result.h"
#include "stress/outcomes.h"
#include "stress/plan.h"

namespace flightdeck::stress {

// One line, without its end.
std::string progress_line(const Progress& progress);
// Several lines of text.
std::string summary_text(const Plan& plan, const Outcomes& outcomes);
std::string audit_text(const AuditResult& audit);
// One JSON object in one line.
std::string result_json(const Plan& plan, const Outcomes& outcomes, const AuditResult& audit);

}  // namespace flightdeck::stress
