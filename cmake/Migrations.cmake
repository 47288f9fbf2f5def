# flightdeck_migrations(<dialect> <namespace> <variable>)
#
# The numbered SQL files of migrations/<dialect>/ become the table `flightdeck::<namespace>::migrations()` of
# the program: it carries its own schema. <variable> is set to the .cpp that holds it.
function(flightdeck_migrations dialect namespace variable)
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/migrations/${dialect}/*.sql")
  list(SORT files)
  set(FLIGHTDECK_MIGRATIONS "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    get_filename_component(name "${file}" NAME_WE)
    string(REGEX MATCH "^[0-9]+" digits "${name}")
    math(EXPR number "1${digits} % 10000") # 0001 is not octal
    file(READ "${file}" sql)
    string(APPEND FLIGHTDECK_MIGRATIONS "    Migration{${number}, \"${name}\", R\"sql(${sql})sql\"},\n")
  endforeach()
  set(FLIGHTDECK_DIALECT ${dialect})
  set(FLIGHTDECK_NAMESPACE ${namespace})
  configure_file("${PROJECT_SOURCE_DIR}/cmake/migrations.cpp.in"
    "${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp" @ONLY)
  set(${variable} "${CMAKE_CURRENT_BINARY_DIR}/migrations.cpp" PARENT_SCOPE)
endfunction()
