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
  # Sanitizers' instrumentation hides initialisations from the first warning (gcc(1), -fsanitize), and that Boost.Asio's
  # coroutine frames come from aligned_alloc and go back to free from the second.
  target_compile_options(guardd_options INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-mismatched-new-delete>)
  # clang 14 can't emit its function-type check for coroutines ("Cannot represent a difference across sections"): LLVM bug 49689.
  target_compile_options(guardd_options INTERFACE $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  target_link_options(guardd_options INTERFACE -fsanitize=${GUARDD_SANITIZE})
endif()
if(GUARDD_SANITIZE MATCHES thread)
  # The thread sanitizer knows no fences (gcc(1), -Wtsan); Asio's locks order what its fences would.
  target_compile_definitions(guardd_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()
if(CMAKE_UNITY_BUILD)
  # A unity build includes the .cpp files: to GCC what their anonymous namespaces hold comes from headers.
  target_compile_options(guardd_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
