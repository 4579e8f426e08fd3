# How everything is compiled, what it needs, and the floors.

# --- compiler -------------------------------------------------------------------------------
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes
  -Wmissing-prototypes -Wvla -Wformat=2 -fno-common)
add_compile_definitions(_GNU_SOURCE)
if(MAILVANE_WERROR)
  add_compile_options(-Werror)
endif()
if(MAILVANE_SANITIZE)
  add_compile_options(-fsanitize=${MAILVANE_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MAILVANE_SANITIZE})
endif()
if(MAILVANE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# --- hardening ------------------------------------------------------------------------------
# Every build that is neither for debugging nor for a sanitizer or a fuzzer.
set(MAILVANE_HARDENED OFF)
if(MAILVANE_HARDEN AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT MAILVANE_SANITIZE
    AND NOT MAILVANE_FUZZ)
  set(MAILVANE_HARDENED ON)
endif()

include(CheckCCompilerFlag)
include(CheckCSourceCompiles)
include(CheckPIESupported)

# mailvane_fortify(): the highest level that compiler and libc have. The header warns of a level
# that is too high, and of a compiler that does not optimise.
function(mailvane_fortify)
  set(CMAKE_TRY_COMPILE_CONFIGURATION "${CMAKE_BUILD_TYPE}")
  foreach(level 3 2)
    set(flags -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${level})
    string(REPLACE ";" " " CMAKE_REQUIRED_FLAGS "${flags} -Werror")
    check_c_source_compiles("#include <stdio.h>\nint main(void) { return puts(\"\") < 0; }"
      HAVE_FORTIFY_SOURCE_${level})
    if(HAVE_FORTIFY_SOURCE_${level})
      set(MAILVANE_FORTIFY ${flags} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(WARNING "The programs are built without _FORTIFY_SOURCE, which needs glibc or musl "
    "with fortify headers and a compiler that optimises. Set CMAKE_BUILD_TYPE to Release, or "
    "add -O2 to CMAKE_C_FLAGS")
endfunction()

if(MAILVANE_HARDENED)
  check_pie_supported(LANGUAGES C)
  foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
      -mbranch-protection=standard -ftrivial-auto-var-init=zero)
    string(MAKE_C_IDENTIFIER "HAVE${flag}" have)
    check_c_compiler_flag("${flag} -Werror" ${have})
    if(${have})
      add_compile_options(${flag})
    endif()
  endforeach()
  mailvane_fortify()
  add_compile_options(${MAILVANE_FORTIFY})
  add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack,--as-needed)
endif()

# --- libraries ------------------------------------------------------------------------------
find_package(PkgConfig)
if(NOT PkgConfig_FOUND)
  message(FATAL_ERROR "mailvane needs pkg-config to find its libraries. On Debian and Ubuntu: "
    "apt-get install pkg-config")
endif()

# mailvane_need(TARGET MODULE VERSION DEBIAN-PACKAGE): the imported target PkgConfig::TARGET.
function(mailvane_need target module version package)
  pkg_check_modules(${target} QUIET IMPORTED_TARGET GLOBAL "${module}>=${version}")
  if(NOT ${target}_FOUND)
    pkg_check_modules(${target}_ANY QUIET "${module}")
    set(found "it was not found")
    if(${target}_ANY_FOUND)
      set(found "version ${${target}_ANY_VERSION} was found")
    endif()
    message(FATAL_ERROR "mailvane needs ${module} ${version} or later; ${found}. "
      "On Debian and Ubuntu: apt-get install ${package}")
  endif()
endfunction()

find_package(Threads REQUIRED)
mailvane_need(uv libuv 1.42 libuv1-dev)
mailvane_need(openssl openssl 3.0 libssl-dev)
mailvane_need(libconfig libconfig 1.5 libconfig-dev)
mailvane_need(jansson jansson 2.13 libjansson-dev)
mailvane_need(microhttpd libmicrohttpd 0.9.75 libmicrohttpd-dev)
mailvane_need(zlib zlib 1.2.11 zlib1g-dev)
mailvane_need(curl libcurl 7.68 libcurl4-openssl-dev)
mailvane_need(gnutls gnutls 3.6.3 libgnutls28-dev)
mailvane_need(yaml yaml-0.1 0.2 libyaml-dev)
mailvane_need(crypt libcrypt 4.1 libcrypt-dev)

# --- floors ---------------------------------------------------------------------------------
# mailvane_library(NAME SOURCES ... [FLOORS lower ...] [NEEDS targets seen by includers ...]
#   [HIDES targets only this folder sees ...]
#   [FIRST targets only this folder sees, in front of all others for the loader ...])
# One folder under src/ is one library with its own include directory. What is not among FLOORS
# cannot be included.
function(mailvane_library name)
  cmake_parse_arguments(A "" "" "SOURCES;FLOORS;NEEDS;HIDES;FIRST" ${ARGN})
  add_library(mailvane_${name} STATIC ${A_SOURCES})
  target_include_directories(mailvane_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(mailvane_${name} PRIVATE ${A_FIRST})
  foreach(floor ${A_FLOORS})
    target_link_libraries(mailvane_${name} PUBLIC mailvane_${floor})
  endforeach()
  target_link_libraries(mailvane_${name} PRIVATE ${A_HIDES} PUBLIC ${A_NEEDS})
endfunction()

# mailvane_program(NAME SOURCES ... LINKS ...)
function(mailvane_program name)
  cmake_parse_arguments(A "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_compile_definitions(${name} PRIVATE MAILVANE_VERSION="${PROJECT_VERSION}")
  target_link_libraries(${name} PRIVATE ${A_LINKS})
  if(MAILVANE_HARDENED)
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_link_options(${name} PRIVATE -pie)
  endif()
endfunction()
