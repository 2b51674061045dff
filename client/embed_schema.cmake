# SPDX-License-Identifier: Apache-2.0
# cmake -DINPUT=FILE -DOUTPUT=FILE.cpp -P: the file as a constant of guardctl.
file(READ ${INPUT} content)
set(delimiter guardd_schema)
string(FIND "${content}" ")${delimiter}\"" collision)
if(NOT collision EQUAL -1)
  message(FATAL_ERROR "${INPUT} contains the raw string's delimiter")
endif()
file(WRITE ${OUTPUT}
"// SPDX-License-Identifier: Apache-2.0
// Generated from policies/policy.schema.json.
#include \"client/policy_schema.hpp\"

namespace guardd::client {
const std::string_view policy_schema_text = R\"${delimiter}(${content})${delimiter}\";
}
")
