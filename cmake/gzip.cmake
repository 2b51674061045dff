# SPDX-License-Identifier: Apache-2.0
find_program(GZIP gzip REQUIRED)

# Adds a target that makes `source` compressed, as `made` in the build directory, the same each time.
function(guardd_gzip target source made)
  add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${made}
    COMMAND ${GZIP} -9nc ${source} > ${CMAKE_CURRENT_BINARY_DIR}/${made}
    DEPENDS ${source} VERBATIM)
  add_custom_target(${target} ALL DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/${made})
endfunction()
