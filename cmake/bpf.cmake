# SPDX-License-Identifier: Apache-2.0
# The BPF programs: compiled by clang and wrapped into a header by bpftool. Without these and libbpf guardd is built
# without them, unless GUARDD_BPF says that they must be there.
set(GUARDD_BPF AUTO CACHE STRING "Build the BPF programs: AUTO (where clang, bpftool and libbpf are), ON or OFF")
set_property(CACHE GUARDD_BPF PROPERTY STRINGS AUTO ON OFF)

set(GUARDD_HAVE_BPF OFF)
if(NOT GUARDD_BPF STREQUAL OFF)
  find_program(GUARDD_BPF_CLANG clang)
  find_program(GUARDD_BPFTOOL bpftool PATHS /usr/sbin /sbin)
  pkg_check_modules(LIBBPF IMPORTED_TARGET libbpf>=1.0)
  if(GUARDD_BPF_CLANG AND GUARDD_BPFTOOL AND LIBBPF_FOUND)
    set(GUARDD_HAVE_BPF ON)
  elseif(GUARDD_BPF STREQUAL AUTO)
    message(STATUS "Without the BPF programs: clang, bpftool or libbpf is missing")
  else()
    message(FATAL_ERROR "GUARDD_BPF wants clang, bpftool and libbpf (Debian: clang bpftool libbpf-dev)")
  endif()
endif()

# guardd_bpf_skeleton(NAME SOURCE HEADER...): NAME.skel.h in the binary directory.
function(guardd_bpf_skeleton name source)
  set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.bpf.o)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  add_custom_command(OUTPUT ${object}
    COMMAND ${GUARDD_BPF_CLANG} -target bpf -std=gnu11 -g -O2 -Wall -Wextra -Werror -I${PROJECT_SOURCE_DIR}
      # Paths of the build stay out of the object.
      -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.
      -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${source} ${ARGN} VERBATIM)
  add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.skel.h
    COMMAND ${GUARDD_BPFTOOL} gen skeleton ${object} name ${name} > ${CMAKE_CURRENT_BINARY_DIR}/${name}.skel.h
    DEPENDS ${object} VERBATIM)
endfunction()

# guardd_bpf_part(TARGET NAME SOURCE LOADER SUBSTITUTE HEADER...): TARGET gets LOADER, which includes NAME.skel.h; or, in a
# build without the BPF programs, SUBSTITUTE.
function(guardd_bpf_part target name source loader substitute)
  if(NOT GUARDD_HAVE_BPF)
    target_sources(${target} PRIVATE ${substitute})
    return()
  endif()
  guardd_bpf_skeleton(${name} ${source} ${ARGN})
  target_sources(${target} PRIVATE ${loader} ${CMAKE_CURRENT_BINARY_DIR}/${name}.skel.h)
  # Not in a unity: the generated header has C's casts.
  set_source_files_properties(${loader} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_include_directories(${target} SYSTEM PRIVATE ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(${target} PRIVATE PkgConfig::LIBBPF)
endfunction()
