# SPDX-License-Identifier: Apache-2.0
# Flags of every target, on an interface library that each links.
add_library(guardd_options INTERFACE)
target_include_directories(guardd_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(guardd_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror
  -fstack-protector-strong)
# GCC 12 warns falsely about std::string's operator+ at -O2 and above: GCC bug 105651.
target_compile_options(guardd_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
target_link_options(guardd_options INTERFACE -Wl,-z,relro,-z,now)
if(GUARDD_SANITIZE)
  target_compile_options(guardd_options INTERFACE -fsanitize=${GUARDD_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  # Sanitizers' instrumentation hides initialisations from the warning: gcc(1), -fsanitize.
  target_compile_options(guardd_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(guardd_options INTERFACE -fsanitize=${GUARDD_SANITIZE})
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
